//! Response records of an invented case, field by field as the specification's layouts.md, section 3,
//! has them.

use super::record;

/// The lines of a response of these records, each of which says how many records its case has: those
/// that stand together and give the same answer. Who has a counterpart matched by SSN, if nothing else
/// is said.
pub fn lines_of(records: &[Vec<u8>]) -> Vec<u8> {
    super::lines_of(&whole(records))
}

pub fn whole(records: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let case = |record: &Vec<u8>| -> Vec<Vec<u8>> {
        let answer = [(1, 15), (138, 139), (242, 242), (253, 275), (377, 472)];
        let part = |(first, last): (usize, usize)| record.get(first - 1..last).map(<[u8]>::to_vec);
        answer.into_iter().filter_map(part).collect()
    };
    let mut whole = Vec::new();
    for records in records.chunk_by(|a, b| case(a) == case(b)) {
        for record in records {
            let mut record = record.clone();
            if record.len() >= 500 && record[472..477] == *b"     " {
                record[472..477].copy_from_slice(format!("{:05}", records.len()).as_bytes());
            }
            let codes = record.get(242..252).unwrap_or_default();
            let missing = codes.chunks(2).any(|code| code == b"06" || code == b"01");
            if record.len() >= 500 && record[477] == b' ' && !missing {
                record[477] = b'S';
            }
            whole.push(record);
        }
    }
    whole
}

/// A participant of TX1001, a responding case with CA, worker MARTHA POE: a record of the response.
fn response(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (1, "TX1001"),
        (16, "R"),
        (17, "48201"),
        (50, "O"),
        (122, "CA9999"),
        (138, "06037"),
        (162, "MARTHA POE-OF-THE-VERY-LONG-NAME"),
        (202, "5125550100"),
        (212, "martha@example.org"),
        (242, "N"),
        (253, "CA2002"),
        (268, "06075"),
        (275, "O"),
        (276, "Y"),
        (277, "Y"),
        (377, "020202020202"),
        (389, "YYN1"),
    ];
    all.extend(fields);
    record(500, &all)
}

pub fn np(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (24, "412110001"),
        (33, "M1"),
        (48, "NP"),
        (51, "FALLENSTEIN-MONTGOMERY"),
        (81, "JOSEPH"),
        (97, "K"),
        (113, "19700102"),
        (121, "M"),
    ];
    all.extend(fields);
    response(&all)
}

pub fn cp(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (24, "111111111"),
        (33, "M2"),
        (48, "CP"),
        (51, "ARBUTHNOT"),
        (81, "ANN"),
        (113, "19719999"),
        (121, "F"),
    ];
    all.extend(fields);
    response(&all)
}

pub fn child(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (33, "M3"),
        (48, "CH"),
        (51, "ARBUTHNOT"),
        (81, "LEO"),
        (113, "20200229"),
        (121, "M"),
    ];
    all.extend(fields);
    response(&all)
}

pub fn pf(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (24, "412110004"),
        (33, "M4"),
        (48, "PF"),
        (51, "QUILL"),
        (81, "PETE"),
    ];
    all.extend(fields);
    response(&all)
}

/// A case for which a request goes: an adult was not found, another matched by SSN.
pub fn asking(id: &str) -> [Vec<u8>; 2] {
    let of_case = [(1, id), (253, id)];
    [
        np(&[&of_case[..], &[(243, "06")]].concat()),
        cp(&[&of_case[..], &[(243, "00")]].concat()),
    ]
}
