//! The plain matcher: the specification written down once more, as literally and as slowly as it reads.
//!
//! It shares nothing with the engine and is meant to be compared with it. Every rule cites the section
//! it comes from: M = matching.md, L = layouts.md, V = verification.md, C = cli.md.
//! Input is ASCII-based text or RECFM=FB; EBCDIC is not read here. `--max-rejects` is taken as 100.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

// ---------------------------------------------------------------------------------------------
// The public face
// ---------------------------------------------------------------------------------------------

/// Everything that one run reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// State extracts: (file name, bytes).
    pub extracts: Vec<(String, Vec<u8>)>,
    /// FCR-derived extracts: (file name, bytes).
    pub fcr: Vec<(String, Vec<u8>)>,
    pub ssn_master: Option<Vec<u8>>,
    pub misidentified: Option<Vec<u8>>,
    /// CCYYMMDD
    pub run_date: u32,
    /// `--counterpart directed` (else `any`)
    pub directed: bool,
    /// `--absent-state unmatched` (else `skip`)
    pub absent_unmatched: bool,
    /// `--routine pooled` (else `published`)
    pub pooled: bool,
}

/// The numbers of one submitting state, as `summary.json` of `match` names them (C, "Commands").
/// Maps by code and by basis hold only what occurred; `cases_by_tier` always holds "1", "2", "3" and "none",
/// and "4" to "7" too under the pooled routine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateTotals {
    pub records_read: u64,
    pub records_rejected: u64,
    pub records_returned: u64,
    pub records_suppressed: u64,
    pub records_not_evaluated: u64,
    pub cases_returned: u64,
    pub cases_suppressed: u64,
    pub cases_not_evaluated: u64,
    /// Cases (whatever became of them) to which a rejected record of the file would have belonged
    /// going by its key: the specification does not say more.
    pub cases_with_rejected_records: u64,
    /// Returned cases by the tier that decided; "none" are the returned 01 cases.
    pub cases_by_tier: BTreeMap<&'static str, u64>,
    /// Returned cases with a tier in which no participant matched.
    pub cases_nobody_matched: u64,
    /// Returned cases that were answered, by tier 2 or higher, with a case that another returned case was answered
    /// with too, by whatever tier.
    pub cases_counterpart_shared: u64,
    /// Returned records that bear the code.
    pub records_by_code: BTreeMap<&'static str, u64>,
    /// Returned records with a counterpart, by their Participant Match Basis: S, 1, 2, D, 3, 4, 5.
    pub records_by_basis: BTreeMap<&'static str, u64>,
    /// Returned cases of which any record bears the code.
    pub cases_by_code: BTreeMap<&'static str, u64>,
    /// Returned cases whose Multiple Case Indicator is Y.
    pub multiple_case: u64,
    /// Returned cases whose FCR-Supplied Indicator is Y.
    pub fcr_supplied: u64,
    pub errors: BTreeMap<&'static str, u64>,
    /// W01 included.
    pub warnings: BTreeMap<&'static str, u64>,
}

/// The numbers of one FCR-derived file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FcrTotals {
    pub used: bool,
    pub read: u64,
    pub rejected: u64,
    pub errors: BTreeMap<&'static str, u64>,
    /// W01 included.
    pub warnings: BTreeMap<&'static str, u64>,
}

/// Listed findings: (record number from 1, code), in record order, then code order.
pub type Findings = Vec<(u32, &'static str)>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// USPS code of each submitting state: its response file, 500 bytes and LF for every record.
    pub responses: BTreeMap<String, Vec<u8>>,
    /// "CA" for an extract, "NY.fcr" for an FCR-derived file.
    pub rejects: BTreeMap<String, Findings>,
    /// The same; W01 is never listed.
    pub warnings: BTreeMap<String, Findings>,
    pub states: BTreeMap<String, StateTotals>,
    pub fcr: BTreeMap<String, FcrTotals>,
    /// Absent states that a case names: (cases, records) that name it.
    pub absent: BTreeMap<String, (u64, u64)>,
    /// How often each rule was exercised.
    pub coverage: BTreeMap<String, u64>,
}

/// Matches a world. `Err` where a file is unusable, two files are for one state, or a side file is bad.
pub fn run(world: &World, jurisdictions_csv: &str, counties_csv: &str) -> Result<Answer, String> {
    run_with(world, &Tables::new(jurisdictions_csv, counties_csv))
}

/// The same, with tables that were read before.
pub fn run_with(world: &World, tables: &Tables) -> Result<Answer, String> {
    let mut answer = Answer::default();
    let side = SideFiles {
        master: world.ssn_master.as_deref().map(read_master).transpose()?,
        misidentified: match world.misidentified.as_deref() {
            Some(bytes) => read_misidentified(bytes)?,
            None => BTreeSet::new(),
        },
    };

    // C, "Inputs": two extracts, or two FCR-derived files, for one state are an error of the run.
    let mut extracts: BTreeMap<Vec<u8>, File> = BTreeMap::new();
    for (name, bytes) in &world.extracts {
        let file = read_file(
            name,
            bytes,
            false,
            world.run_date,
            tables,
            &side,
            &mut answer.coverage,
        )?;
        if extracts.contains_key(&file.state) {
            return Err(format!("{name}: a second extract for one state"));
        }
        extracts.insert(file.state.clone(), file);
    }
    let mut fcr: BTreeMap<Vec<u8>, File> = BTreeMap::new();
    for (name, bytes) in &world.fcr {
        let file = read_file(
            name,
            bytes,
            true,
            world.run_date,
            tables,
            &side,
            &mut answer.coverage,
        )?;
        if fcr.contains_key(&file.state) {
            return Err(format!("{name}: a second FCR-derived file for one state"));
        }
        fcr.insert(file.state.clone(), file);
    }

    // Rejects and warnings; also of FCR-derived files that are not used (L5, last paragraph).
    for (state, file) in &extracts {
        answer
            .rejects
            .insert(tables.usps(state), file.rejects.clone());
        answer
            .warnings
            .insert(tables.usps(state), file.warnings.clone());
    }
    for (state, file) in &fcr {
        let used = !extracts.contains_key(state);
        if !used {
            count(&mut answer.coverage, "fcr-file-not-used");
        }
        answer
            .rejects
            .insert(format!("{}.fcr", tables.usps(state)), file.rejects.clone());
        answer
            .warnings
            .insert(format!("{}.fcr", tables.usps(state)), file.warnings.clone());
        answer.fcr.insert(
            tables.usps(state),
            FcrTotals {
                used,
                read: file.read,
                rejected: file.rejects.len() as u64,
                errors: file.error_counts(),
                warnings: file.warning_counts(),
            },
        );
    }

    // M8: one response file per state that submitted an extract, even if it is empty.
    for (state, file) in &extracts {
        let (response, totals) = answer_state(
            file,
            &extracts,
            &fcr,
            world,
            tables,
            &side,
            &mut answer.absent,
            &mut answer.coverage,
        );
        answer.responses.insert(tables.usps(state), response);
        answer.states.insert(tables.usps(state), totals);
    }
    Ok(answer)
}

fn count(coverage: &mut BTreeMap<String, u64>, what: &str) {
    *coverage.entry(what.to_string()).or_insert(0) += 1;
}

// ---------------------------------------------------------------------------------------------
// Tables and side files
// ---------------------------------------------------------------------------------------------

/// The jurisdictions and counties.
pub struct Tables {
    /// State FIPS: USPS code.
    jurisdictions: BTreeMap<Vec<u8>, String>,
    /// State FIPS + county FIPS.
    counties: BTreeSet<Vec<u8>>,
}

impl Tables {
    pub fn new(jurisdictions_csv: &str, counties_csv: &str) -> Tables {
        let mut jurisdictions = BTreeMap::new();
        for line in jurisdictions_csv.lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            if columns.len() >= 2 {
                jurisdictions.insert(columns[0].as_bytes().to_vec(), columns[1].to_string());
            }
        }
        let mut counties = BTreeSet::new();
        for line in counties_csv.lines().skip(1) {
            let mut columns = line.split(',');
            if let (Some(state), Some(county)) = (columns.next(), columns.next()) {
                counties.insert([state.as_bytes(), county.as_bytes()].concat());
            }
        }
        Tables {
            jurisdictions,
            counties,
        }
    }

    fn is_jurisdiction(&self, state: &[u8]) -> bool {
        self.jurisdictions.contains_key(state)
    }

    pub fn usps(&self, state: &[u8]) -> String {
        self.jurisdictions[state].clone()
    }

    /// L5, W04: `000` always is in the table.
    fn is_county(&self, state_and_county: &[u8]) -> bool {
        &state_and_county[2..5] == b"000" || self.counties.contains(state_and_county)
    }

    /// V1: the first five bytes are a jurisdiction followed by `000` or by a county listed for it.
    fn fips_verified(&self, fips: &[u8]) -> bool {
        self.is_jurisdiction(&fips[..2]) && self.is_county(&fips[..5])
    }
}

/// (SSN, normalised last name, normalised first name)
type MasterName = (Vec<u8>, Vec<u8>, Vec<u8>);

/// (state FIPS, Member ID, SSN)
type Misidentified = (Vec<u8>, Vec<u8>, Vec<u8>);

struct SideFiles {
    master: Option<Vec<MasterName>>,
    misidentified: BTreeSet<Misidentified>,
}

/// V2: SSN 1-9, Last Name 10-39, First Name 40-55. L4: a line under 10 bytes or an SSN that is not nine digits is an error.
fn read_master(bytes: &[u8]) -> Result<Vec<MasterName>, String> {
    let mut master = Vec::new();
    for (at, line) in lines(bytes).into_iter().enumerate() {
        if line.len() < 10 || !line[..9].iter().all(u8::is_ascii_digit) {
            return Err(format!("SSN master: line {} is bad", at + 1));
        }
        let line = padded(&line, 55);
        master.push((
            line[0..9].to_vec(),
            normalised(&line[9..39]),
            normalised(&line[39..55]),
        ));
    }
    Ok(master)
}

/// V2: State FIPS 1-2, Member ID 3-17, SSN 18-26. L4: a line under 26 bytes, a blank Member ID or an SSN that is not nine digits is an error.
fn read_misidentified(bytes: &[u8]) -> Result<BTreeSet<Misidentified>, String> {
    let mut misidentified = BTreeSet::new();
    for (at, line) in lines(bytes).into_iter().enumerate() {
        if line.len() < 26 || blank(&line[2..17]) || !line[17..26].iter().all(u8::is_ascii_digit) {
            return Err(format!("misidentified SSNs: line {} is bad", at + 1));
        }
        misidentified.insert((
            line[0..2].to_vec(),
            line[2..17].to_vec(),
            line[17..26].to_vec(),
        ));
    }
    Ok(misidentified)
}

// ---------------------------------------------------------------------------------------------
// File forms (L4)
// ---------------------------------------------------------------------------------------------

/// L4, text: LF or CRLF, the last line with or without its ending. An empty line is a record; one final line end
/// makes none. A CR before a LF, or as the file's last byte, belongs to the line end.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut line: Vec<u8> = Vec::new();
    let mut open = false;
    for &byte in bytes {
        if byte == b'\n' {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            out.push(std::mem::take(&mut line));
            open = false;
        } else {
            line.push(byte);
            open = true;
        }
    }
    if open {
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        out.push(line);
    }
    out
}

/// L4: RECFM=FB is assumed where the file holds no line end and its length is a positive multiple of 241.
pub fn records_as_they_came(bytes: &[u8]) -> Vec<Vec<u8>> {
    let holds_line_end = bytes.contains(&b'\n') || bytes.last() == Some(&b'\r');
    if !holds_line_end && !bytes.is_empty() && bytes.len().is_multiple_of(241) {
        return bytes.chunks(241).map(|record| record.to_vec()).collect();
    }
    lines(bytes)
}

fn padded(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out.resize(length, b' ');
    out
}

fn blank(field: &[u8]) -> bool {
    field.iter().all(|&byte| byte == b' ')
}

// ---------------------------------------------------------------------------------------------
// Records and files
// ---------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ssn {
    Absent,
    Usable,
    Invalid,
}

/// M1: adults are NP, CP, PF; children are CH; a blank type is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Adult,
    Child,
    Neither,
}

/// An accepted record.
struct Record {
    number: u32,
    /// 241 bytes as they came, padded: what the response echoes.
    echo: Vec<u8>,
    /// 241 bytes as the rules see them: of an FCR-derived record, the fields of L2 are blanked.
    data: Vec<u8>,
    /// The whole record as it came held a byte of X'80' or above.
    high_byte: bool,
    ssn_kind: Ssn,
    class: Class,
    name_key: Option<(Vec<u8>, Vec<u8>)>,
    /// Normalised; empty too where it is one of the words for none (M6).
    middle: Vec<u8>,
    birth_valid: bool,
}

impl Record {
    /// Positions are 1-based and inclusive, as in L1.
    fn at(&self, first: usize, last: usize) -> &[u8] {
        &self.data[first - 1..last]
    }
    fn case_id(&self) -> &[u8] {
        self.at(1, 15)
    }
    fn fips7(&self) -> &[u8] {
        self.at(17, 23)
    }
    fn ssn(&self) -> &[u8] {
        self.at(24, 32)
    }
    fn member(&self) -> &[u8] {
        self.at(33, 47)
    }
    fn kind(&self) -> &[u8] {
        self.at(48, 49)
    }
    fn status(&self) -> u8 {
        self.data[50 - 1]
    }
    fn birth(&self) -> &[u8] {
        self.at(113, 120)
    }
    fn other_case_id(&self) -> &[u8] {
        self.at(122, 136)
    }
    fn other_fips7(&self) -> &[u8] {
        self.at(138, 144)
    }
    fn other_state(&self) -> &[u8] {
        self.at(138, 139)
    }
    /// The SSN, where it is usable: the only form in which it joins anything (M2).
    fn usable_ssn(&self) -> Option<&[u8]> {
        if self.ssn_kind == Ssn::Usable {
            Some(self.ssn())
        } else {
            None
        }
    }
}

/// An interstate case (M1). Its case-level data are those of its first record.
struct Case {
    case_id: Vec<u8>,
    /// Blank in an FCR-derived file.
    other_state: Vec<u8>,
    /// Of the key; blank in an FCR-derived file.
    other_case_id: Vec<u8>,
    /// Places in `File::records`, in file order.
    members: Vec<usize>,
}

struct File {
    state: Vec<u8>,
    fcr: bool,
    read: u64,
    /// The accepted records.
    records: Vec<Record>,
    /// In the order of their first records.
    cases: Vec<Case>,
    rejects: Findings,
    warnings: Findings,
    /// W01: counted only, never listed.
    short_lines: u64,
    /// The records rejected, padded, as the rules see them.
    rejected_data: Vec<Vec<u8>>,
}

impl File {
    fn first<'a>(&'a self, case: &Case) -> &'a Record {
        &self.records[case.members[0]]
    }

    fn error_counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for (_, code) in &self.rejects {
            *counts.entry(*code).or_insert(0) += 1;
        }
        counts
    }

    fn warning_counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for (_, code) in &self.warnings {
            *counts.entry(*code).or_insert(0) += 1;
        }
        if self.short_lines > 0 {
            counts.insert("W01", self.short_lines);
        }
        counts
    }
}

/// Reads and edits one file.
fn read_file(
    name: &str,
    bytes: &[u8],
    fcr: bool,
    run_date: u32,
    tables: &Tables,
    side: &SideFiles,
    coverage: &mut BTreeMap<String, u64>,
) -> Result<File, String> {
    // C, "Inputs": a file that is empty is unusable.
    let raw_records = records_as_they_came(bytes);
    if raw_records.is_empty() {
        return Err(format!("{name}: empty"));
    }
    let state = state_of_file(&raw_records, tables).ok_or_else(|| format!("{name}: no state"))?;
    let mut file = File {
        state: state.clone(),
        fcr,
        read: raw_records.len() as u64,
        records: Vec::new(),
        cases: Vec::new(),
        rejects: Vec::new(),
        warnings: Vec::new(),
        short_lines: 0,
        rejected_data: Vec::new(),
    };
    for (at, raw) in raw_records.iter().enumerate() {
        let number = at as u32 + 1;
        let echo = padded(raw, 241);
        let mut data = echo.clone();
        if fcr {
            // L2 and L5: these fields are treated as blank, whatever they hold.
            for (first, last) in [
                (16, 16),
                (122, 136),
                (138, 144),
                (162, 201),
                (202, 211),
                (212, 241),
            ] {
                data[first - 1..last].fill(b' ');
            }
        }
        if !normalised(&data[50..80]).is_empty()
            && !normalised(&data[80..96]).is_empty()
            && name_key(&data[50..80], &data[80..96]).is_none()
        {
            count(coverage, "placeholder-name");
        }
        if let Some(code) = first_error(raw, &data, &state, fcr, tables) {
            count(coverage, code);
            file.rejects.push((number, code));
            file.rejected_data.push(data);
            continue;
        }
        if raw.len() < 241 {
            // L5, W01.
            count(coverage, "W01");
            file.short_lines += 1;
        }
        if raw.len() > 241 {
            count(coverage, "long-line-accepted");
        }
        let ssn_kind = ssn_kind(&data[23..32], &state, &data[32..47], side);
        if data[50..112]
            .iter()
            .any(|&byte| byte >= 0x80 || byte == b'`')
        {
            count(coverage, "fold-changed-name");
        }
        let class = match &data[47..49] {
            b"NP" | b"CP" | b"PF" => Class::Adult,
            b"CH" => Class::Child,
            _ => Class::Neither,
        };
        file.records.push(Record {
            number,
            ssn_kind,
            class,
            name_key: name_key(&data[50..80], &data[80..96]),
            middle: middle_name(&data[96..112]),
            birth_valid: valid_date(&data[112..120], run_date),
            high_byte: raw.iter().any(|&byte| byte >= 0x80),
            echo,
            data,
        });
    }
    // L5: if every record is rejected, the file is unusable.
    if file.records.is_empty() {
        return Err(format!("{name}: every record is rejected"));
    }
    file.cases = make_cases(&file.records, fcr, coverage);
    file.warnings = warnings(&file, tables);
    for (_, code) in &file.warnings {
        count(coverage, code);
    }
    Ok(file)
}

/// L5: the state that most of the records with a valid jurisdiction in 17-18 name (rejected records vote too);
/// none if fewer than 90 % of them agree or none has one.
fn state_of_file(raw_records: &[Vec<u8>], tables: &Tables) -> Option<Vec<u8>> {
    let mut votes: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    for raw in raw_records {
        let record = padded(raw, 241.max(raw.len()));
        let named = &record[16..18];
        if tables.is_jurisdiction(named) {
            *votes.entry(named.to_vec()).or_insert(0) += 1;
        }
    }
    let all: u64 = votes.values().sum();
    let (state, most) = votes.into_iter().max_by_key(|(_, votes)| *votes)?;
    if most * 100 < all * 90 {
        return None;
    }
    Some(state)
}

/// The edits of E03, for a Case ID (L5).
fn bad_case_id(id: &[u8]) -> bool {
    blank(id)
        || id[0] == b' '
        || id.iter().all(|&byte| byte == b'0' || byte == b' ')
        || id.iter().any(|&byte| byte == b'*' || byte == b'\\')
}

/// L5: the first error, in the order of the table. `raw` is the record as it came, `data` as the rules see it.
fn first_error(
    raw: &[u8],
    data: &[u8],
    state: &[u8],
    fcr: bool,
    tables: &Tables,
) -> Option<&'static str> {
    let shortest = if fcr { 50 } else { 139 };
    let other_state = &data[137..139];
    if raw.len() < shortest || (raw.len() > 241 && !blank(&raw[241..])) {
        return Some("E01");
    }
    if raw.iter().any(|&byte| byte < 0x20 || byte == 0x7F) {
        return Some("E02");
    }
    if bad_case_id(&data[0..15]) {
        return Some("E03");
    }
    if &data[16..18] != state {
        return Some("E04");
    }
    if data[49] != b'O' && data[49] != b'C' {
        return Some("E05");
    }
    // E07, E06 and E08 do not apply to FCR-derived records.
    if !fcr && (other_state == b"80" || other_state == b"90") {
        return Some("E07");
    }
    if !fcr && !tables.is_jurisdiction(other_state) {
        return Some("E06");
    }
    if !fcr && other_state == state {
        return Some("E08");
    }
    if !matches!(&data[47..49], b"  " | b"NP" | b"CP" | b"PF" | b"CH") {
        return Some("E09");
    }
    None
}

/// M2, with the misidentified SSNs of V2.
fn ssn_kind(ssn: &[u8], state: &[u8], member: &[u8], side: &SideFiles) -> Ssn {
    if blank(ssn) || ssn == b"000000000" {
        return Ssn::Absent;
    }
    if !ssn.iter().all(u8::is_ascii_digit) {
        return Ssn::Invalid;
    }
    let area = &ssn[0..3];
    if area == b"000" || area == b"666" || area[0] == b'9' {
        return Ssn::Invalid;
    }
    if &ssn[3..5] == b"00" || &ssn[5..9] == b"0000" {
        return Ssn::Invalid;
    }
    if ssn.iter().all(|&digit| digit == ssn[0]) {
        return Ssn::Invalid;
    }
    if ssn == b"123456789" || ssn == b"078051120" || ssn == b"219099999" {
        return Ssn::Invalid;
    }
    if side
        .misidentified
        .contains(&(state.to_vec(), member.to_vec(), ssn.to_vec()))
    {
        return Ssn::Invalid;
    }
    Ssn::Usable
}

/// M6 and L5, W07: a calendar date from 1880-01-01 to the run date, but not 1900-01-01, which stands for an unknown one.
fn valid_date(date: &[u8], run_date: u32) -> bool {
    if !date.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut number: u32 = 0;
    for &digit in date {
        number = number * 10 + (digit - b'0') as u32;
    }
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    day >= 1 && day <= days && (18_800_101..=run_date).contains(&number) && number != 19_000_101
}

/// M3: bytes above X'7F' are read as ISO 8859-1 and folded; X'60' too, the one byte of ASCII that is.
fn folded(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in field {
        let to: &[u8] = match byte {
            0xC0..=0xC5 | 0xE0..=0xE5 => b"A",
            0xC6 | 0xE6 => b"AE",
            0xC7 | 0xE7 => b"C",
            0xC8..=0xCB | 0xE8..=0xEB => b"E",
            0xCC..=0xCF | 0xEC..=0xEF => b"I",
            0xD0 | 0xF0 => b"D",
            0xD1 | 0xF1 => b"N",
            0xD2..=0xD6 | 0xD8 | 0xF2..=0xF6 | 0xF8 => b"O",
            0xD9..=0xDC | 0xF9..=0xFC => b"U",
            0xDD | 0xFD | 0xFF => b"Y",
            0xDE | 0xFE => b"TH",
            0xDF => b"SS",
            0x91 | 0x92 | 0xB4 | b'`' => b"'",
            0xAD => b"-",
            0x80.. => b" ",
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(to);
    }
    out
}

/// M3: a name field, normalised.
pub fn normalised(field: &[u8]) -> Vec<u8> {
    in_words(&folded(field))
}

/// M3, what follows the folding. Bytes of X'80' and above, of which a folded name has none, are kept.
fn in_words(field: &[u8]) -> Vec<u8> {
    // ASCII letters upper-cased; cut into words at every byte that is not a letter, a digit, an apostrophe or a hyphen
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut word: Vec<u8> = Vec::new();
    for &byte in field {
        let byte = byte.to_ascii_uppercase();
        if byte.is_ascii_alphanumeric() || byte == b'\'' || byte == b'-' || byte >= 0x80 {
            word.push(byte);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    // if there are two words or more and the last is one of these, that word is dropped
    const SUFFIXES: [&[u8]; 10] = [
        b"JR", b"SR", b"JUNIOR", b"SENIOR", b"II", b"III", b"IV", b"2ND", b"3RD", b"4TH",
    ];
    if words.len() >= 2 && SUFFIXES.contains(&&words[words.len() - 1][..]) {
        words.pop();
    }
    // apostrophes and hyphens are removed; the words are joined without a space
    words
        .concat()
        .into_iter()
        .filter(|&byte| byte != b'\'' && byte != b'-')
        .collect()
}

/// M6: a middle name, normalised; NMN, NMI and NONE count as empty.
fn middle_name(field: &[u8]) -> Vec<u8> {
    let middle = normalised(field);
    if middle == b"NMN" || middle == b"NMI" || middle == b"NONE" {
        return Vec::new();
    }
    middle
}

/// M3: (normalised last, normalised first), where it exists.
pub fn name_key(last_name: &[u8], first_name: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let last = normalised(last_name);
    let first = normalised(first_name);
    if last.is_empty() || first.is_empty() {
        return None;
    }
    const PLACEHOLDERS: [&[u8]; 18] = [
        b"UNKNOWN",
        b"UNK",
        b"UNBORN",
        b"BABY",
        b"BABYBOY",
        b"BABYGIRL",
        b"BABYBOYA",
        b"BABYBOYB",
        b"BABYGIRLA",
        b"BABYGIRLB",
        b"BOY",
        b"GIRL",
        b"TWINA",
        b"TWINB",
        b"INFANT",
        b"NONAME",
        b"NFN",
        b"NLN",
    ];
    if PLACEHOLDERS.contains(&&last[..]) || PLACEHOLDERS.contains(&&first[..]) {
        return None;
    }
    if last == b"DOE" && (first == b"JOHN" || first == b"JANE") {
        return None;
    }
    Some((last, first))
}

/// M1: the interstate cases of a file, in the order of their first records.
fn make_cases(records: &[Record], fcr: bool, coverage: &mut BTreeMap<String, u64>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let case_id = record.case_id();
        // In an FCR-derived file a case is the set with the same Case ID (the other two fields are blank there).
        let other_state = record.other_state();
        let mut other_case_id = record.other_case_id();
        if blank(other_case_id) && !fcr {
            // It belongs to the case of the same Case ID and other state if exactly one non-blank
            // Other State Case ID occurs with these among the file's accepted records.
            let mut occurring: BTreeSet<&[u8]> = BTreeSet::new();
            for another in records {
                if another.case_id() == case_id
                    && another.other_state() == other_state
                    && !blank(another.other_case_id())
                {
                    occurring.insert(another.other_case_id());
                }
            }
            if occurring.len() == 1 {
                other_case_id = occurring.into_iter().next().unwrap();
                count(coverage, "blank-other-id-joined");
            } else if occurring.is_empty() {
                count(coverage, "blank-other-id-alone");
            } else {
                count(coverage, "blank-other-id-own-case");
            }
        }
        let known = cases.iter().position(|case| {
            case.case_id == case_id
                && case.other_state == other_state
                && case.other_case_id == other_case_id
        });
        match known {
            Some(place) => {
                if *cases[place].members.last().unwrap() + 1 != at {
                    count(coverage, "records-apart");
                }
                cases[place].members.push(at);
            }
            None => cases.push(Case {
                case_id: case_id.to_vec(),
                other_state: other_state.to_vec(),
                other_case_id: other_case_id.to_vec(),
                members: vec![at],
            }),
        }
    }
    cases
}

/// L5: the warnings of the accepted records, in record order, then code order; without W01.
fn warnings(file: &File, tables: &Tables) -> Findings {
    let mut out: BTreeSet<(u32, &'static str)> = BTreeSet::new();
    let state_extract = !file.fcr;
    for record in &file.records {
        let mut warn = |when: bool, code: &'static str| {
            if when {
                out.insert((record.number, code));
            }
        };
        let sex = record.at(121, 121);
        let indicator = record.at(16, 16);
        let birth = record.birth();
        let other_county = record.at(138, 142);
        warn(record.high_byte, "W02");
        warn(record.case_id().iter().any(u8::is_ascii_lowercase), "W03");
        // W04, W05, W10, W11, W12 and W14 do not apply to FCR-derived records.
        warn(state_extract && !tables.is_county(record.at(17, 21)), "W04");
        warn(
            state_extract && (blank(&other_county[2..5]) || !tables.is_county(other_county)),
            "W05",
        );
        warn(record.ssn_kind == Ssn::Invalid, "W06");
        warn(
            !blank(birth) && birth != b"00000000" && !record.birth_valid,
            "W07",
        );
        warn(!matches!(sex, b"M" | b"F" | b"O" | b" "), "W08");
        warn(blank(record.kind()), "W09");
        warn(state_extract && !matches!(indicator, b"I" | b"R"), "W10");
        warn(state_extract && blank(record.other_case_id()), "W11");
        warn(
            state_extract && !blank(record.other_case_id()) && bad_case_id(record.other_case_id()),
            "W12",
        );
    }
    for case in &file.cases {
        let first = file.first(case);
        for (place, &at) in case.members.iter().enumerate() {
            let record = &file.records[at];
            // W13: status 50, FIPS 17-23, other FIPS 138-144, I/R 16, contact 162-241; of FCR-derived records status and FIPS alone.
            let mut differs = record.status() != first.status() || record.fips7() != first.fips7();
            if state_extract {
                differs = differs
                    || record.other_fips7() != first.other_fips7()
                    || record.at(16, 16) != first.at(16, 16)
                    || record.at(162, 241) != first.at(162, 241);
            }
            if differs {
                out.insert((record.number, "W13"));
            }
            // W15: an earlier record of the case has the same non-blank Member ID, or the same non-blank type and usable SSN.
            for &earlier_at in &case.members[..place] {
                let earlier = &file.records[earlier_at];
                let same_member = !blank(record.member()) && record.member() == earlier.member();
                let same_person = !blank(record.kind())
                    && record.kind() == earlier.kind()
                    && record.usable_ssn().is_some()
                    && record.usable_ssn() == earlier.usable_ssn();
                if same_member || same_person {
                    out.insert((record.number, "W15"));
                }
            }
        }
        // W14: neither a participant with a usable SSN and a type nor a child with a name key.
        let identified = case
            .members
            .iter()
            .map(|&at| &file.records[at])
            .any(|record| {
                (record.usable_ssn().is_some() && !blank(record.kind()))
                    || (record.class == Class::Child && record.name_key.is_some())
            });
        if state_extract && !identified {
            out.insert((first.number, "W14"));
        }
    }
    out.into_iter().collect()
}

// ---------------------------------------------------------------------------------------------
// Comparing participants (M6)
// ---------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    S,
    N1,
    N2,
    N3,
    N4,
    N5,
}

/// A counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    /// Its place in B's file.
    q: usize,
    rule: Rule,
    /// Found in doubt, which only N1 and N2 can be.
    doubt: bool,
}

impl Found {
    /// L3, 478.
    fn basis(self) -> &'static str {
        match self.rule {
            Rule::S => "S",
            Rule::N1 | Rule::N2 if self.doubt => "D",
            Rule::N1 => "1",
            Rule::N2 => "2",
            Rule::N3 => "3",
            Rule::N4 => "4",
            Rule::N5 => "5",
        }
    }

    /// M6: a counterpart found in doubt or by a second look hands out no SSN; M7: nor is 07 or 08 given.
    fn hands_out_ssn(self) -> bool {
        matches!(self.rule, Rule::S | Rule::N1 | Rule::N2) && !self.doubt
    }
}

/// For each of A's records, in order: its counterpart.
type Counterparts = Vec<Option<Found>>;

/// What comparing the participants of A with those of B gave.
struct Compared {
    counterparts: Counterparts,
    adults_matched: u64,
    children_matched: u64,
    cp_match: bool,
    np_match: bool,
    /// Participants of A whose counterpart has a role that agrees (M9).
    roles_agree: u64,
}

/// M6: CP with CP; NP or PF with NP or PF; CH with CH.
fn roles_agree(p: &Record, q: &Record) -> bool {
    match p.kind() {
        b"CP" => q.kind() == b"CP",
        b"NP" | b"PF" => q.kind() == b"NP" || q.kind() == b"PF",
        b"CH" => q.kind() == b"CH",
        _ => false,
    }
}

/// M6: adults are compared with adults, children with children; a blank type is never matched (M1).
fn of_one_class(p: &Record, q: &Record) -> bool {
    p.class != Class::Neither && p.class == q.class
}

/// Equal name keys; two that do not exist are not equal.
fn same_name(p: &Record, q: &Record) -> bool {
    p.name_key.is_some() && p.name_key == q.name_key
}

fn both_have_usable_ssns(p: &Record, q: &Record) -> bool {
    p.usable_ssn().is_some() && q.usable_ssn().is_some()
}

/// M6: with 2, 1 or 0.
fn middle_names_agree(p: &Record, q: &Record) -> u8 {
    if p.middle.is_empty() || q.middle.is_empty() {
        0
    } else if p.middle == q.middle {
        2
    } else if p.middle.starts_with(&q.middle) || q.middle.starts_with(&p.middle) {
        1
    } else {
        0
    }
}

/// M6: both are non-empty and agree with 0.
fn middle_names_contradict(p: &Record, q: &Record) -> bool {
    !p.middle.is_empty() && !q.middle.is_empty() && middle_names_agree(p, q) == 0
}

/// M6: is the participant `o` of A an other person than `p`? Both are places in A's file. Where p has no name key,
/// nobody has "p's name key" (it makes no difference: only participants with a name key are asked).
fn other_person(a_file: &File, p: usize, o: usize) -> bool {
    if o == p {
        return false;
    }
    let (p, o) = (&a_file.records[p], &a_file.records[o]);
    let numbered = p.member().iter().any(|&byte| byte != b'0' && byte != b' ');
    !(numbered && o.member() == p.member() && same_name(p, o))
}

/// M6, S: the counterpart of the participant at `p`, or none. The q that leaves p to the next rules is the one that p
/// would have been given; p is then not offered a second q with that SSN.
fn by_ssn(
    a_file: &File,
    a: &Case,
    b_file: &File,
    b: &Case,
    p_at: usize,
    coverage: &mut BTreeMap<String, u64>,
) -> Option<usize> {
    let p = &a_file.records[p_at];
    let p_ssn = p.usable_ssn()?;
    let with_it: Vec<usize> = b
        .members
        .iter()
        .copied()
        .filter(|&at| {
            let q = &b_file.records[at];
            of_one_class(p, q) && q.usable_ssn() == Some(p_ssn)
        })
        .collect();
    // Among several: a name key equal to p's first, then the same type, then B's record order (`min` gives the first).
    let q_at = with_it.iter().copied().min_by_key(|&at| {
        let q = &b_file.records[at];
        (!same_name(p, q), q.kind() != p.kind())
    })?;
    let q = &b_file.records[q_at];
    if with_it.len() > 1 && same_name(p, q) {
        let by_type = with_it
            .iter()
            .copied()
            .min_by_key(|&at| b_file.records[at].kind() != p.kind());
        if by_type != Some(q_at) {
            count(coverage, "S-chosen-by-name");
        }
    }
    // p's name key is not q's (or it has none), and an other person of A of p's class has the same usable SSN and q's name key.
    let belongs_to_another = a.members.iter().any(|&o_at| {
        let o = &a_file.records[o_at];
        other_person(a_file, p_at, o_at)
            && o.class == p.class
            && o.usable_ssn() == Some(p_ssn)
            && same_name(o, q)
    });
    if !same_name(p, q) && belongs_to_another {
        count(coverage, "S-left-to-names");
        if with_it.len() > 1 {
            count(coverage, "S-left-though-several");
        }
        return None;
    }
    Some(q_at)
}

/// M6, N1 and N2, but for what is held: do p and q fit in the step for middle names that agree so?
fn fit_by_name(rule: Rule, agree: u8, p: &Record, q: &Record) -> bool {
    fit_but_for_middle_names(rule, p, q)
        && !middle_names_contradict(p, q)
        && middle_names_agree(p, q) == agree
}

fn fit_but_for_middle_names(rule: Rule, p: &Record, q: &Record) -> bool {
    if !of_one_class(p, q) || !same_name(p, q) {
        return false;
    }
    if rule == Rule::N1 {
        // both dates of birth valid and equal
        p.birth_valid && q.birth_valid && p.birth() == q.birth()
    } else {
        // at least one date of birth is not valid, at most one has a usable SSN, the roles agree
        !(p.birth_valid && q.birth_valid) && !both_have_usable_ssns(p, q) && roles_agree(p, q)
    }
}

/// M6: among several in one step, the same type; then a q with a usable SSN; then B's record order. In doubt where those
/// that fit have two or more different usable SSNs between them.
fn among_several(rule: Rule, p: &Record, b_file: &File, fitting: &[usize]) -> Option<Found> {
    let q = fitting.iter().copied().min_by_key(|&at| {
        let q = &b_file.records[at];
        (q.kind() != p.kind(), q.usable_ssn().is_none())
    })?;
    let ssns: BTreeSet<&[u8]> = fitting
        .iter()
        .filter_map(|&at| b_file.records[at].usable_ssn())
        .collect();
    Some(Found {
        q,
        rule,
        doubt: ssns.len() >= 2,
    })
}

/// M6: somebody was found by S or N1, in doubt or not.
fn anchored(counterparts: &Counterparts) -> bool {
    counterparts
        .iter()
        .flatten()
        .any(|found| matches!(found.rule, Rule::S | Rule::N1))
}

/// M6: the strict rules, in seven steps: S; N1 with middle names that agree with 2, with 1, with 0; N2 likewise.
fn strict(
    a_file: &File,
    a: &Case,
    b_file: &File,
    b: &Case,
    coverage: &mut BTreeMap<String, u64>,
) -> Counterparts {
    let mut out: Counterparts = vec![None; a.members.len()];
    let mut left_by_ssn = vec![false; a.members.len()];
    for (place, &p_at) in a.members.iter().enumerate() {
        let was_left = coverage.get("S-left-to-names").copied();
        out[place] = by_ssn(a_file, a, b_file, b, p_at, coverage).map(|q| Found {
            q,
            rule: Rule::S,
            doubt: false,
        });
        left_by_ssn[place] = coverage.get("S-left-to-names").copied() != was_left;
    }
    for rule in [Rule::N1, Rule::N2] {
        let only_doubt = out.iter().flatten().all(|found| found.doubt);
        if rule == Rule::N2 && !anchored(&out) {
            let refused = a.members.iter().enumerate().any(|(place, &p_at)| {
                out[place].is_none()
                    && b.members.iter().any(|&q_at| {
                        let (p, q) = (&a_file.records[p_at], &b_file.records[q_at]);
                        fit_but_for_middle_names(rule, p, q) && !middle_names_contradict(p, q)
                    })
            });
            if refused {
                count(coverage, "N2-refused-no-anchor");
            }
            break;
        }
        for agree in [2, 1, 0] {
            // A step is applied to all of A before the next: what is held was found in an earlier one.
            let before = out.clone();
            for (place, &p_at) in a.members.iter().enumerate() {
                if before[place].is_some() {
                    continue;
                }
                let p = &a_file.records[p_at];
                let holders = |q_at: usize| {
                    let before = &before;
                    a.members
                        .iter()
                        .enumerate()
                        .filter(move |(its_place, _)| {
                            before[*its_place].is_some_and(|found| found.q == q_at && !found.doubt)
                        })
                        .map(|(_, &o_at)| o_at)
                };
                let held = |q_at: usize| holders(q_at).any(|o_at| other_person(a_file, p_at, o_at));
                let fit_if_free: Vec<usize> = b
                    .members
                    .iter()
                    .copied()
                    .filter(|&q_at| fit_by_name(rule, agree, p, &b_file.records[q_at]))
                    .collect();
                let fitting: Vec<usize> = fit_if_free
                    .iter()
                    .copied()
                    .filter(|&q_at| !held(q_at))
                    .collect();
                let found = among_several(rule, p, b_file, &fitting);
                out[place] = found;

                // What decided.
                if among_several(rule, p, b_file, &fit_if_free) != found {
                    count(coverage, "held");
                }
                let same_person_holds = |q_at: usize| holders(q_at).next().is_some() && !held(q_at);
                if fitting.iter().any(|&q_at| same_person_holds(q_at)) {
                    count(coverage, "other-person-same-member");
                }
                if before.iter().enumerate().any(|(its_place, its)| {
                    its.is_some_and(|its| its.doubt && fitting.contains(&its.q))
                        && other_person(a_file, p_at, a.members[its_place])
                }) {
                    count(coverage, "doubt-holds-nobody");
                }
                if agree == 0 {
                    let whatever_middle: Vec<usize> = b
                        .members
                        .iter()
                        .copied()
                        .filter(|&q_at| {
                            let q = &b_file.records[q_at];
                            fit_but_for_middle_names(rule, p, q)
                                && middle_names_agree(p, q) == 0
                                && !held(q_at)
                        })
                        .collect();
                    if among_several(rule, p, b_file, &whatever_middle) != found {
                        count(coverage, "middle-contradicts");
                    }
                }
                if let Some(found) = found {
                    let q = &b_file.records[found.q];
                    count(coverage, &format!("middle-agrees-{agree}"));
                    let worse = b.members.iter().any(|&q_at| {
                        let q = &b_file.records[q_at];
                        fit_but_for_middle_names(rule, p, q)
                            && middle_names_agree(p, q) < agree
                            && !held(q_at)
                    });
                    if worse {
                        count(coverage, "middle-tells-apart");
                    }
                    if found.doubt {
                        count(coverage, "in-doubt");
                        count(coverage, &format!("in-doubt-{rule:?}"));
                    }
                    if rule == Rule::N2 && only_doubt {
                        count(coverage, "N2-anchor-in-doubt");
                    }
                    if rule == Rule::N2 && (p.birth() == b"19000101" && q.birth() == p.birth()) {
                        count(coverage, "N2-birth-1900");
                    }
                    if left_by_ssn[place] {
                        count(coverage, "S-left-found-by-name");
                    }
                    if in_words(p.at(51, 80)) != in_words(q.at(51, 80))
                        || in_words(p.at(81, 96)) != in_words(q.at(81, 96))
                    {
                        count(coverage, "fold-joins-names");
                    }
                }
            }
        }
    }
    out
}

/// M6: two normalised names are near: not equal; one byte is other, missing or extra, or two neighbouring bytes are
/// exchanged; the shorter has at least three bytes. Tells how.
fn near(one: &[u8], other: &[u8]) -> Option<&'static str> {
    if one == other || one.len().min(other.len()) < 3 {
        return None;
    }
    if one.len() == other.len() {
        let differing: Vec<usize> = (0..one.len()).filter(|&at| one[at] != other[at]).collect();
        if differing.len() == 1 {
            return Some("near-other");
        }
        if differing.len() == 2 {
            let (i, j) = (differing[0], differing[1]);
            if j == i + 1 && one[i] == other[j] && one[j] == other[i] {
                return Some("near-exchanged");
            }
        }
        return None;
    }
    let (long, short) = if one.len() > other.len() {
        (one, other)
    } else {
        (other, one)
    };
    for out in 0..long.len() {
        let mut shorter = long.to_vec();
        shorter.remove(out);
        if shorter == short {
            return Some("near-missing");
        }
    }
    None
}

/// M6, second look: what must be so for p and q to be held against each other.
fn second_look_conditions(p: &Record, q: &Record) -> [(&'static str, bool); 5] {
    let (p_sex, q_sex) = (p.at(121, 121), q.at(121, 121));
    let man_and_woman = (p_sex == b"M" && q_sex == b"F") || (p_sex == b"F" && q_sex == b"M");
    [
        ("roles", roles_agree(p, q)),
        ("name-key", p.name_key.is_some() && q.name_key.is_some()),
        ("birth", p.birth_valid && q.birth_valid),
        ("both-ssn", !both_have_usable_ssns(p, q)),
        ("sexes", !man_and_woman),
    ]
}

/// M6: do p and q, who are held against each other, fit by N3, N4 or N5? Tells by what.
fn fit_at_second_look(rule: Rule, p: &Record, q: &Record) -> Option<&'static str> {
    let (Some((p_last, p_first)), Some((q_last, q_first))) = (&p.name_key, &q.name_key) else {
        return None;
    };
    let contradict = middle_names_contradict(p, q);
    let (p_birth, q_birth) = (p.birth(), q.birth());
    let same_birth = p_birth == q_birth;
    match rule {
        Rule::N3 if same_name(p, q) => {
            if contradict {
                return same_birth.then_some("N3-middle");
            }
            let year = p_birth[0..4] != q_birth[0..4];
            let month = p_birth[4..6] != q_birth[4..6];
            let day = p_birth[6..8] != q_birth[6..8];
            if year as u8 + month as u8 + day as u8 == 1 {
                return Some("N3-date-part");
            }
            let exchanged = p_birth[4..6] == q_birth[6..8] && p_birth[6..8] == q_birth[4..6];
            (!same_birth && !year && exchanged).then_some("N3-exchanged")
        }
        Rule::N4 if same_birth && !contradict => {
            if p_first == q_first && near(p_last, q_last).is_some() {
                Some("N4-last-near")
            } else if p_last == q_last && near(p_first, q_first).is_some() {
                Some("N4-first-near")
            } else if p_last == q_first && p_first == q_last {
                Some("N4-swapped")
            } else {
                None
            }
        }
        Rule::N5 if same_birth && !contradict && p_first == q_first => Some("N5"),
        _ => None,
    }
}

const SECOND_LOOK: [Rule; 3] = [Rule::N3, Rule::N4, Rule::N5];

/// M6: the second look, at the chosen case alone. `counterparts` are those of the strict rules.
fn second_look(
    a_file: &File,
    a: &Case,
    b_file: &File,
    b: &Case,
    counterparts: &mut Counterparts,
    coverage: &mut BTreeMap<String, u64>,
) {
    // "At most 99 records": those without a type are records too.
    let small = a.members.len() <= 99 && b.members.len() <= 99;
    let may_look = small && anchored(counterparts);
    if !may_look {
        let would_fit = a.members.iter().enumerate().any(|(place, &p_at)| {
            let p = &a_file.records[p_at];
            counterparts[place].is_none()
                && b.members.iter().any(|&q_at| {
                    let q = &b_file.records[q_at];
                    !counterparts.iter().flatten().any(|found| found.q == q_at)
                        && second_look_conditions(p, q).iter().all(|(_, holds)| *holds)
                        && SECOND_LOOK
                            .iter()
                            .any(|&rule| fit_at_second_look(rule, p, q).is_some())
                })
        });
        if would_fit {
            count(
                coverage,
                if small {
                    "second-look-no-anchor"
                } else {
                    "second-look-too-large"
                },
            );
        }
        return;
    }
    for rule in SECOND_LOOK {
        // Those still free on both sides, when this rule's turn comes.
        let free_p: Vec<usize> = (0..a.members.len())
            .filter(|&place| counterparts[place].is_none())
            .collect();
        let free_q: Vec<usize> = b
            .members
            .iter()
            .copied()
            .filter(|&q_at| !counterparts.iter().flatten().any(|found| found.q == q_at))
            .collect();
        let fits = |place: usize, q_at: usize| {
            let (p, q) = (&a_file.records[a.members[place]], &b_file.records[q_at]);
            if !second_look_conditions(p, q).iter().all(|(_, holds)| *holds) {
                return None;
            }
            fit_at_second_look(rule, p, q)
        };
        for &place in &free_p {
            let p_at = a.members[place];
            let p = &a_file.records[p_at];
            for &q_at in &free_q {
                let q = &b_file.records[q_at];
                let Some(how) = fits(place, q_at) else {
                    // What alone kept back a pair that fits.
                    let missing: Vec<&str> = second_look_conditions(p, q)
                        .iter()
                        .filter(|(_, holds)| !holds)
                        .map(|(what, _)| *what)
                        .collect();
                    if missing.len() == 1 && fit_at_second_look(rule, p, q).is_some() {
                        count(coverage, &format!("second-look-not-{}", missing[0]));
                    }
                    continue;
                };
                // p fits no other q, and q fits no p of an other person.
                let two_q = free_q
                    .iter()
                    .any(|&another| another != q_at && fits(place, another).is_some());
                let fitting_p: Vec<usize> = free_p
                    .iter()
                    .copied()
                    .filter(|&another| another != place && fits(another, q_at).is_some())
                    .collect();
                let two_p = fitting_p
                    .iter()
                    .any(|&another| other_person(a_file, p_at, a.members[another]));
                if two_q || two_p {
                    count(coverage, "second-look-two-fit");
                    count(
                        coverage,
                        if two_q {
                            "second-look-two-q"
                        } else {
                            "second-look-two-p"
                        },
                    );
                    continue;
                }
                if !fitting_p.is_empty() {
                    count(coverage, "second-look-same-member");
                }
                if a.members.len() == 99 || b.members.len() == 99 {
                    count(coverage, "second-look-at-99");
                }
                count(coverage, &format!("second-look-{rule:?}"));
                count(coverage, &format!("second-look-{how}"));
                if let (Rule::N4, Some((p_last, p_first)), Some((q_last, q_first))) =
                    (rule, &p.name_key, &q.name_key)
                {
                    if let Some(nearness) = near(p_last, q_last).or(near(p_first, q_first)) {
                        count(coverage, &format!("second-look-{nearness}"));
                    }
                }
                counterparts[place] = Some(Found {
                    q: q_at,
                    rule,
                    doubt: false,
                });
            }
        }
    }
}

/// M6: the numbers that follow from the counterparts, by whatever rule they were found.
fn compared(a_file: &File, a: &Case, b_file: &File, counterparts: Counterparts) -> Compared {
    let mut out = Compared {
        counterparts: Vec::new(),
        adults_matched: 0,
        children_matched: 0,
        cp_match: false,
        np_match: false,
        roles_agree: 0,
    };
    for (place, &at) in a.members.iter().enumerate() {
        let p = &a_file.records[at];
        if let Some(found) = counterparts[place] {
            let q = &b_file.records[found.q];
            // Matched: participants of A that have a counterpart.
            match p.class {
                Class::Adult => out.adults_matched += 1,
                Class::Child => out.children_matched += 1,
                Class::Neither => {}
            }
            // CP: a CP of A has a CP as its counterpart. NP: an NP or PF of A has an NP or PF as its counterpart.
            if p.kind() == b"CP" && q.kind() == b"CP" {
                out.cp_match = true;
            }
            if matches!(p.kind(), b"NP" | b"PF") && matches!(q.kind(), b"NP" | b"PF") {
                out.np_match = true;
            }
            if roles_agree(p, q) {
                out.roles_agree += 1;
            }
        }
    }
    out.counterparts = counterparts;
    out
}

/// What the strict rules alone give: all that the choice counts (M6).
fn compare_strictly(a_file: &File, a: &Case, b_file: &File, b: &Case) -> Compared {
    let counterparts = strict(a_file, a, b_file, b, &mut BTreeMap::new());
    compared(a_file, a, b_file, counterparts)
}

// ---------------------------------------------------------------------------------------------
// The tiers and the choice (M5)
// ---------------------------------------------------------------------------------------------

/// M5, tier 2: B holds a child whose usable SSN is that of one of A's children.
fn shares_child_ssn(a_file: &File, a: &Case, b_file: &File, b: &Case) -> bool {
    for &p_at in &a.members {
        for &q_at in &b.members {
            let (p, q) = (&a_file.records[p_at], &b_file.records[q_at]);
            if p.class == Class::Child
                && q.class == Class::Child
                && p.usable_ssn().is_some()
                && p.usable_ssn() == q.usable_ssn()
            {
                return true;
            }
        }
    }
    false
}

/// M5, tier 3: B holds both an adult with the same usable SSN and the same Participant Type as one of A's adults,
/// and a child with the same name key as one of A's children.
fn shares_adult_and_child_name(a_file: &File, a: &Case, b_file: &File, b: &Case) -> bool {
    let mut adult = false;
    let mut child = false;
    for &p_at in &a.members {
        for &q_at in &b.members {
            let (p, q) = (&a_file.records[p_at], &b_file.records[q_at]);
            if p.class == Class::Adult
                && q.class == Class::Adult
                && p.usable_ssn().is_some()
                && p.usable_ssn() == q.usable_ssn()
                && p.kind() == q.kind()
            {
                adult = true;
            }
            if p.class == Class::Child
                && q.class == Class::Child
                && p.name_key.is_some()
                && p.name_key == q.name_key
            {
                child = true;
            }
        }
    }
    adult && child
}

/// The case that was found.
struct Choice {
    tier: u8,
    /// Its place in B's `cases`.
    at: usize,
    /// Multiple Case Indicator.
    multiple: bool,
}

/// M5: the other state's cases, without those that `--counterpart directed` drops before the tiers.
fn cases_to_search(
    a_file: &File,
    b_file: &File,
    directed: bool,
    coverage: &mut BTreeMap<String, u64>,
) -> Vec<usize> {
    let mut cases: Vec<usize> = (0..b_file.cases.len()).collect();
    if directed && !b_file.fcr {
        // every case of another participating state that does not name your state
        let before = cases.len();
        cases.retain(|&at| b_file.cases[at].other_state == a_file.state);
        if cases.len() < before {
            count(coverage, "directed-dropped-some");
        }
    }
    cases
}

/// M5: the first tier that yields a candidate decides: (tier, the candidates as places in B's `cases`).
fn candidates(
    a_file: &File,
    a: &Case,
    b_file: &File,
    directed: bool,
    coverage: &mut BTreeMap<String, u64>,
) -> Option<(u8, Vec<usize>)> {
    let cases = cases_to_search(a_file, b_file, directed, coverage);
    // Tier 1: Other State Case ID is not blank: the other state's cases with that Case ID.
    if !blank(&a.other_case_id) {
        let found: Vec<usize> = cases
            .iter()
            .copied()
            .filter(|&at| b_file.cases[at].case_id == a.other_case_id)
            .collect();
        if !found.is_empty() {
            return Some((1, found));
        }
    }
    // Tier 2.
    let found: Vec<usize> = cases
        .iter()
        .copied()
        .filter(|&at| shares_child_ssn(a_file, a, b_file, &b_file.cases[at]))
        .collect();
    if !found.is_empty() {
        return Some((2, found));
    }
    // Tier 3.
    let found: Vec<usize> = cases
        .iter()
        .copied()
        .filter(|&at| shares_adult_and_child_name(a_file, a, b_file, &b_file.cases[at]))
        .collect();
    if !found.is_empty() {
        return Some((3, found));
    }
    None
}

/// M5: the published routine.
fn choose_published(
    a_file: &File,
    a: &Case,
    b_file: &File,
    directed: bool,
    coverage: &mut BTreeMap<String, u64>,
) -> Option<Choice> {
    let (tier, found) = candidates(a_file, a, b_file, directed, coverage)?;
    let mut ranked: Vec<(usize, Compared)> = found
        .iter()
        .map(|&at| (at, compare_strictly(a_file, a, b_file, &b_file.cases[at])))
        .collect();
    ranked.sort_by(|x, y| better(a_file, a, b_file, (x.0, &x.1), (y.0, &y.1)).0);
    if ranked.len() > 1 {
        let (_, step) = better(
            a_file,
            a,
            b_file,
            (ranked[0].0, &ranked[0].1),
            (ranked[1].0, &ranked[1].1),
        );
        count(coverage, &format!("choice-step-{step}"));
    }
    // Multiple Case Indicator: the tier that decided had candidates with two or more different Case IDs.
    let ids: BTreeSet<&Vec<u8>> = found.iter().map(|&at| &b_file.cases[at].case_id).collect();
    Some(Choice {
        tier,
        at: ranked[0].0,
        multiple: ids.len() >= 2,
    })
}

/// The step of a list that tells two apart (`Less` = the first is better), counted from 1; 0 where none does.
fn first_difference(steps: &[Ordering]) -> (Ordering, usize) {
    for (at, order) in steps.iter().enumerate() {
        if *order != Ordering::Equal {
            return (*order, at + 1);
        }
    }
    (Ordering::Equal, 0)
}

/// M5: the two indicators (CP, NP) that would be Y.
fn indicators(compared: &Compared) -> u8 {
    compared.cp_match as u8 + compared.np_match as u8
}

/// M5, "Choice among candidates": which of two is better (`Less` = x is), and the step that says so.
fn better(
    a_file: &File,
    a: &Case,
    b_file: &File,
    x: (usize, &Compared),
    y: (usize, &Compared),
) -> (Ordering, usize) {
    let (x_case, y_case) = (&b_file.cases[x.0], &b_file.cases[y.0]);
    let (x_first, y_first) = (b_file.first(x_case), b_file.first(y_case));
    let names_state = |b: &Case| b.other_state == a_file.state;
    let names_case = |b: &Case| names_state(b) && b.other_case_id == a.case_id;
    let open = |r: &Record| r.status() == b'O';
    first_difference(&[
        // 1. it names your state in its Other State FIPS Code and your Case ID in its Other State Case ID
        names_case(y_case).cmp(&names_case(x_case)),
        // 2. more of your children matched
        y.1.children_matched.cmp(&x.1.children_matched),
        // 3. more of your adults matched
        y.1.adults_matched.cmp(&x.1.adults_matched),
        // 4. more of the two indicators (CP, NP) that would be Y
        indicators(y.1).cmp(&indicators(x.1)),
        // 5. it names your state in its Other State FIPS Code
        names_state(y_case).cmp(&names_state(x_case)),
        // 6. it is open
        open(y_first).cmp(&open(x_first)),
        // 7. smaller Case ID
        x_case.case_id.cmp(&y_case.case_id),
        // 8. smaller Other State FIPS Code (the case's, that is, its first record's)
        x_first.other_fips7().cmp(y_first.other_fips7()),
        // 9. smaller Other State Case ID (the case's, that is, the key's)
        x_case.other_case_id.cmp(&y_case.other_case_id),
    ])
}

// ---------------------------------------------------------------------------------------------
// The pooled routine (M9)
// ---------------------------------------------------------------------------------------------

/// M9: x names y: x's other state is y's, and x's Other State Case ID is y's Case ID. A case of an FCR-derived file,
/// whose other fields are blank, names nobody.
fn names(x: &Case, y_file: &File, y: &Case) -> bool {
    x.other_state == y_file.state && x.other_case_id == y.case_id
}

/// M9: both.
fn name_each_other(x_file: &File, x: &Case, y_file: &File, y: &Case) -> bool {
    names(x, y_file, y) && names(y, x_file, x)
}

/// M9, key 5: two different usable SSNs: a CP of each has the one, an NP or PF of each the other.
fn shares_two_adults(a_file: &File, a: &Case, b_file: &File, b: &Case) -> bool {
    let ssns = |file: &File, case: &Case, kinds: &[&[u8]]| -> BTreeSet<Vec<u8>> {
        case.members
            .iter()
            .map(|&at| &file.records[at])
            .filter(|record| kinds.contains(&record.kind()))
            .filter_map(|record| record.usable_ssn().map(<[u8]>::to_vec))
            .collect()
    };
    let cp: Vec<Vec<u8>> = ssns(a_file, a, &[b"CP"])
        .intersection(&ssns(b_file, b, &[b"CP"]))
        .cloned()
        .collect();
    let np: Vec<Vec<u8>> = ssns(a_file, a, &[b"NP", b"PF"])
        .intersection(&ssns(b_file, b, &[b"NP", b"PF"]))
        .cloned()
        .collect();
    cp.iter().any(|one| np.iter().any(|other| one != other))
}

/// M9, key 6: a child of each with the same name key and the same valid date of birth.
fn shares_child_name_and_birth(a_file: &File, a: &Case, b_file: &File, b: &Case) -> bool {
    a.members.iter().any(|&p_at| {
        b.members.iter().any(|&q_at| {
            let (p, q) = (&a_file.records[p_at], &b_file.records[q_at]);
            p.class == Class::Child
                && q.class == Class::Child
                && same_name(p, q)
                && p.birth_valid
                && p.birth() == q.birth()
        })
    })
}

/// M9, key 7: a Case ID without the zeroes that follow its leading ASCII letters, if any (trailing spaces dropped).
fn without_zeroes(id: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = id.iter().copied().peekable();
    while let Some(letter) = rest.next_if(u8::is_ascii_alphabetic) {
        out.push(letter);
    }
    while rest.next_if(|&byte| byte == b'0').is_some() {}
    out.extend(rest);
    while out.last() == Some(&b' ') {
        out.pop();
    }
    out
}

/// M9: the keys that B has, in ascending order.
fn keys(a_file: &File, a: &Case, b_file: &File, b: &Case) -> Vec<u8> {
    let has = [
        !blank(&a.other_case_id) && b.case_id == a.other_case_id,
        shares_child_ssn(a_file, a, b_file, b),
        shares_adult_and_child_name(a_file, a, b_file, b),
        names(b, a_file, a),
        shares_two_adults(a_file, a, b_file, b),
        shares_child_name_and_birth(a_file, a, b_file, b),
        !blank(&a.other_case_id) && without_zeroes(&a.other_case_id) == without_zeroes(&b.case_id),
    ];
    (1..=7).filter(|&key| has[key as usize - 1]).collect()
}

/// M9: the different participants of B that are strict counterparts, with a role that agrees, of the case's participants.
fn different_counterparts(file: &File, case: &Case, b_file: &File, compared: &Compared) -> usize {
    let different: BTreeSet<usize> = case
        .members
        .iter()
        .zip(&compared.counterparts)
        .filter_map(|(&at, found)| found.map(|found| (at, found.q)))
        .filter(|&(at, q)| roles_agree(&file.records[at], &b_file.records[q]))
        .map(|(_, q)| q)
        .collect();
    different.len()
}

/// M9: is B taken, so far as A is concerned?
fn taken(
    a_file: &File,
    a: &Case,
    b_file: &File,
    b: &Case,
    of_a: &Compared,
    coverage: &mut BTreeMap<String, u64>,
) -> bool {
    let mut is_taken = false;
    let mine = different_counterparts(a_file, a, b_file, of_a);
    for c in &a_file.cases {
        // a case C of A's state with another Case ID such that C and B name each other
        if c.case_id == a.case_id || !name_each_other(a_file, c, b_file, b) {
            continue;
        }
        let of_c = compare_strictly(a_file, c, b_file, b);
        let theirs = different_counterparts(a_file, c, b_file, &of_c);
        let open = a_file.first(c).status() == b'O';
        let named = names(a, b_file, b);
        if open && !named && theirs <= mine {
            // What would have been counted otherwise.
            let lines = |compared: &Compared| compared.roles_agree;
            if lines(&of_c) > lines(of_a) {
                count(coverage, "pooled-not-taken-lines");
            }
            let people = |compared: &Compared| {
                let found = compared.counterparts.iter().flatten();
                found.map(|found| found.q).collect::<BTreeSet<_>>().len()
            };
            if people(&of_c) > people(of_a) {
                count(coverage, "pooled-not-taken-roles");
            }
        }
        match (open, theirs > mine, named) {
            (true, true, false) => is_taken = true,
            (false, true, false) => count(coverage, "pooled-not-taken-closed"),
            (true, false, false) => count(coverage, "pooled-not-taken-people"),
            (true, true, true) => count(coverage, "pooled-not-taken-named"),
            _ => {}
        }
    }
    is_taken
}

/// M9: the pooled routine.
fn choose_pooled(
    a_file: &File,
    a: &Case,
    b_file: &File,
    directed: bool,
    coverage: &mut BTreeMap<String, u64>,
) -> Option<Choice> {
    let mut left: Vec<(usize, Compared)> = Vec::new();
    for at in cases_to_search(a_file, b_file, directed, coverage) {
        let b = &b_file.cases[at];
        if keys(a_file, a, b_file, b).is_empty() {
            continue;
        }
        let compared = compare_strictly(a_file, a, b_file, b);
        let nobody = compared.counterparts.iter().all(Option::is_none);
        let is_taken = taken(a_file, a, b_file, b, &compared, coverage);
        let each_other = name_each_other(a_file, a, b_file, b);
        if is_taken {
            if !nobody {
                count(coverage, "pooled-taken-dropped");
            }
            continue;
        }
        if nobody && !each_other {
            count(coverage, "pooled-nobody-dropped");
            continue;
        }
        if nobody {
            count(coverage, "pooled-nobody-kept");
        }
        left.push((at, compared));
    }
    left.sort_by(|x, y| better_pooled(a_file, a, b_file, (x.0, &x.1), (y.0, &y.1)).0);
    let at = left.first()?.0;
    if left.len() > 1 {
        let (_, step) = better_pooled(
            a_file,
            a,
            b_file,
            (left[0].0, &left[0].1),
            (left[1].0, &left[1].1),
        );
        count(coverage, &format!("pooled-step-{step}"));
    }
    // Multiple Case Indicator: another candidate left with another Case ID equals the chosen one in steps 1 to 6.
    let multiple = left[1..].iter().any(|(another, compared)| {
        let (_, step) = better_pooled(a_file, a, b_file, (at, &left[0].1), (*another, compared));
        b_file.cases[*another].case_id != b_file.cases[at].case_id && !(1..=6).contains(&step)
    });
    Some(Choice {
        // Match Tier: the smallest number of the keys that B has.
        tier: keys(a_file, a, b_file, &b_file.cases[at])[0],
        at,
        multiple,
    })
}

/// M9, "The best by, in turn": which of two is better (`Less` = x is), and the step that says so.
fn better_pooled(
    a_file: &File,
    a: &Case,
    b_file: &File,
    x: (usize, &Compared),
    y: (usize, &Compared),
) -> (Ordering, usize) {
    let (x_case, y_case) = (&b_file.cases[x.0], &b_file.cases[y.0]);
    let (x_first, y_first) = (b_file.first(x_case), b_file.first(y_case));
    let each_other = |b: &Case| name_each_other(a_file, a, b_file, b);
    let either = |b: &Case| names(a, b_file, b) || names(b, a_file, a);
    let names_state = |b: &Case| b.other_state == a_file.state;
    let open = |r: &Record| r.status() == b'O';
    first_difference(&[
        // 1. they name each other
        each_other(y_case).cmp(&each_other(x_case)),
        // 2. more of your participants with a strict counterpart whose role agrees
        y.1.roles_agree.cmp(&x.1.roles_agree),
        // 3. A names B or B names A
        either(y_case).cmp(&either(x_case)),
        // 4. more of the two indicators that would be Y by strict counterparts
        indicators(y.1).cmp(&indicators(x.1)),
        // 5. more of your children with a strict counterpart
        y.1.children_matched.cmp(&x.1.children_matched),
        // 6. more of your adults
        y.1.adults_matched.cmp(&x.1.adults_matched),
        // 7. B names your state
        names_state(y_case).cmp(&names_state(x_case)),
        // 8. B is open
        open(y_first).cmp(&open(x_first)),
        // 9.-11. as steps 7 to 9 of M5
        x_case.case_id.cmp(&y_case.case_id),
        x_first.other_fips7().cmp(y_first.other_fips7()),
        x_case.other_case_id.cmp(&y_case.other_case_id),
    ])
}

// ---------------------------------------------------------------------------------------------
// SSN verification (V2)
// ---------------------------------------------------------------------------------------------

fn at_most(name: &[u8], length: usize) -> &[u8] {
    &name[..name.len().min(length)]
}

/// V2: the name test, on normalised names. The name of the way in which it was passed, or none.
pub fn name_test(
    last_1: &[u8],
    first_1: &[u8],
    last_2: &[u8],
    first_2: &[u8],
) -> Option<&'static str> {
    // A name without a last or a first part passes nothing.
    if last_1.is_empty() || first_1.is_empty() || last_2.is_empty() || first_2.is_empty() {
        return None;
    }
    let key_1 = [at_most(last_1, 7), at_most(first_1, 1)].concat();
    let key_2 = [at_most(last_2, 7), at_most(first_2, 1)].concat();
    // K is equal
    if key_1 == key_2 {
        return Some("name-test-key");
    }
    // last(4) and first(4) are both equal
    if at_most(last_1, 4) == at_most(last_2, 4) && at_most(first_1, 4) == at_most(first_2, 4) {
        return Some("name-test-four");
    }
    if key_1.len() == key_2.len() {
        // the two K differ in one byte
        let differing: Vec<usize> = (0..key_1.len())
            .filter(|&at| key_1[at] != key_2[at])
            .collect();
        if differing.len() == 1 {
            return Some("name-test-one-byte");
        }
        // or in two neighbouring bytes exchanged
        if differing.len() == 2 {
            let (i, j) = (differing[0], differing[1]);
            if j == i + 1 && key_1[i] == key_2[j] && key_1[j] == key_2[i] {
                return Some("name-test-exchanged");
            }
        }
    }
    // one byte is extra or missing: taking one byte out of last(8)+first(1) of one name gives K of the other
    let long_1 = [at_most(last_1, 8), at_most(first_1, 1)].concat();
    let long_2 = [at_most(last_2, 8), at_most(first_2, 1)].concat();
    for (long, key) in [(&long_1, &key_2), (&long_2, &key_1)] {
        for out in 0..long.len() {
            let mut shorter = long.clone();
            shorter.remove(out);
            if &shorter == key {
                return Some("name-test-extra-byte");
            }
        }
    }
    None
}

/// V2: a participant's indicator.
fn ssn_indicator(record: &Record, side: &SideFiles, coverage: &mut BTreeMap<String, u64>) -> u8 {
    let master = match (record.ssn_kind, &side.master) {
        // blank where the SSN is absent; N where it is invalid; blank where it is usable and no master was given
        (Ssn::Absent, _) => return b' ',
        (Ssn::Invalid, _) => return b'N',
        (Ssn::Usable, None) => return b' ',
        (Ssn::Usable, Some(master)) => master,
    };
    // else Y if some master record with that SSN passes the name test, N if none does
    let last = normalised(record.at(51, 80));
    let first = normalised(record.at(81, 96));
    let mut names = 0;
    for (ssn, master_last, master_first) in master {
        if ssn == record.ssn() {
            names += 1;
            if let Some(way) = name_test(&last, &first, master_last, master_first) {
                count(coverage, way);
                if record
                    .at(51, 96)
                    .iter()
                    .any(|&byte| byte >= 0x80 || byte == b'`')
                {
                    count(coverage, "name-test-folded");
                }
                if names > 1 {
                    count(coverage, "name-test-alternate");
                }
                return b'Y';
            }
        }
    }
    count(
        coverage,
        if names == 0 {
            "name-test-no-record"
        } else {
            "name-test-failed"
        },
    );
    b'N'
}

// ---------------------------------------------------------------------------------------------
// The response (M7, M8, L3)
// ---------------------------------------------------------------------------------------------

fn yes_no(yes: bool) -> u8 {
    if yes { b'Y' } else { b'N' }
}

/// L3: zero-filled; 99,999 = 99,999 or more.
fn five_digits(number: u64) -> Vec<u8> {
    format!("{:05}", number.min(99_999)).into_bytes()
}

/// L3: zero-filled; 99 = 99 or more.
fn two_digits(number: u64) -> [u8; 2] {
    let number = number.min(99) as u8;
    [b'0' + number / 10, b'0' + number % 10]
}

fn how_many(file: &File, case: &Case, class: Class) -> u64 {
    case.members
        .iter()
        .filter(|&&at| file.records[at].class == class)
        .count() as u64
}

#[allow(clippy::too_many_arguments)]
fn answer_state(
    a_file: &File,
    extracts: &BTreeMap<Vec<u8>, File>,
    fcr: &BTreeMap<Vec<u8>, File>,
    world: &World,
    tables: &Tables,
    side: &SideFiles,
    absent: &mut BTreeMap<String, (u64, u64)>,
    coverage: &mut BTreeMap<String, u64>,
) -> (Vec<u8>, StateTotals) {
    let mut response: Vec<u8> = Vec::new();
    let mut totals = StateTotals {
        records_read: a_file.read,
        records_rejected: a_file.rejects.len() as u64,
        errors: a_file.error_counts(),
        warnings: a_file.warning_counts(),
        ..StateTotals::default()
    };
    for tier in ["1", "2", "3", "none"] {
        totals.cases_by_tier.insert(tier, 0);
    }
    if world.pooled {
        for tier in ["4", "5", "6", "7"] {
            totals.cases_by_tier.insert(tier, 0);
        }
    }
    // Of each returned case with a match: the tier, the other state, and the place of the case found in its file.
    let mut answered_with: Vec<(u8, Vec<u8>, usize)> = Vec::new();

    // M8: the cases in the order of their first records.
    for a in &a_file.cases {
        let a_first = a_file.first(a);
        let records = a.members.len() as u64;
        let a_open = a_first.status() == b'O';

        if a_file
            .rejected_data
            .iter()
            .any(|data| would_belong(data, a, a_file))
        {
            totals.cases_with_rejected_records += 1;
            count(coverage, "case-with-rejected-records");
        }

        // M4: which data stand for the other state.
        let other_file: Option<&File> = extracts
            .get(&a.other_state)
            .or_else(|| fcr.get(&a.other_state));
        if other_file.is_none() {
            let entry = absent.entry(tables.usps(&a.other_state)).or_insert((0, 0));
            entry.0 += 1;
            entry.1 += records;
            if !world.absent_unmatched {
                // `--absent-state skip`: not evaluated; no response record; counted.
                count(coverage, "not-evaluated");
                totals.cases_not_evaluated += 1;
                totals.records_not_evaluated += records;
                continue;
            }
            count(coverage, "absent-unmatched");
        }

        // M5 or M9: the case found. Only what the strict rules find counts for the choice (M6).
        let mut chosen: Option<(u8, &File, &Case, Compared)> = None;
        let mut chosen_at = 0;
        let mut multiple = false;
        // What was exercised is told only of cases that are returned.
        let mut exercised: BTreeMap<String, u64> = BTreeMap::new();
        if let Some(b_file) = other_file {
            let choice = if world.pooled {
                choose_pooled(a_file, a, b_file, world.directed, &mut exercised)
            } else {
                choose_published(a_file, a, b_file, world.directed, &mut exercised)
            };
            if let Some(choice) = choice {
                // M6: once more for the chosen case, and the second look, which is for the chosen case alone.
                let b = &b_file.cases[choice.at];
                let mut counterparts = strict(a_file, a, b_file, b, &mut exercised);
                second_look(a_file, a, b_file, b, &mut counterparts, &mut exercised);
                chosen = Some((
                    choice.tier,
                    b_file,
                    b,
                    compared(a_file, a, b_file, counterparts),
                ));
                chosen_at = choice.at;
                multiple = choice.multiple;
            }
        }

        // M7: closed cases. A match between two closed cases is not returned, and a closed case that is not found is not returned.
        let b_open = chosen
            .as_ref()
            .map(|(_, b_file, b, _)| b_file.first(b).status() == b'O');
        if !a_open && b_open != Some(true) {
            count(
                coverage,
                if b_open.is_some() {
                    "suppressed-closed-closed"
                } else {
                    "suppressed-closed-not-found"
                },
            );
            totals.cases_suppressed += 1;
            totals.records_suppressed += records;
            continue;
        }

        for (what, times) in exercised {
            *coverage.entry(what).or_insert(0) += times;
        }

        // M4: FCR-Supplied Indicator Y where FCR-derived data stand for the state, also on reason 01.
        let fcr_supplied = other_file.is_some_and(|file| file.fcr);

        // M7: the codes given to every record of the case.
        let mut case_codes: BTreeSet<&'static str> = BTreeSet::new();
        match &chosen {
            None => {
                case_codes.insert("01");
            }
            Some((tier, b_file, b, _)) => {
                let b_first = b_file.first(b);
                // 02: found by tier 2 or 3; under the pooled routine, the Case ID found is not the one named, or none was.
                if !world.pooled && *tier != 1 {
                    case_codes.insert("02");
                }
                if world.pooled && (blank(&a.other_case_id) || b.case_id != a.other_case_id) {
                    case_codes.insert("02");
                    count(coverage, "pooled-02");
                }
                // 03: positions 3-5 of your Other State FIPS Code against positions 3-5 of the other case's FIPS Code;
                // not compared if the other data are FCR-derived and hold no county.
                let (your_county, their_county) = (a_first.at(140, 142), b_first.at(19, 21));
                if b_file.fcr && blank(their_county) {
                    count(coverage, "fcr-without-county");
                } else if your_county != their_county {
                    case_codes.insert("03");
                }
                if a_open && b_open == Some(false) {
                    case_codes.insert("04");
                }
                if !a_open && b_open == Some(true) {
                    case_codes.insert("05");
                }
            }
        }

        // The part of the response record that is the same on every record of the case.
        let mut common = vec![b' '; 500];
        let mut put = |first: usize, bytes: &[u8]| {
            common[first - 1..first - 1 + bytes.len()].copy_from_slice(bytes)
        };
        put(242, &[yes_no(fcr_supplied)]);
        put(276, &[yes_no(tables.fips_verified(a_first.other_fips7()))]);
        put(377, &two_digits(how_many(a_file, a, Class::Adult)));
        put(379, &two_digits(how_many(a_file, a, Class::Child)));
        put(381, b"00000000");
        put(389, b"NNN");
        // L3: the records of the case, those without a type included; also without a match.
        put(473, &five_digits(records));
        if let Some((tier, b_file, b, compared)) = &chosen {
            let b_first = b_file.first(b);
            put(253, &b.case_id);
            put(268, b_first.fips7());
            put(275, &[b_first.status()]);
            put(277, &[yes_no(tables.fips_verified(b_first.fips7()))]);
            put(381, &two_digits(how_many(b_file, b, Class::Adult)));
            put(383, &two_digits(how_many(b_file, b, Class::Child)));
            put(385, &two_digits(compared.adults_matched));
            put(387, &two_digits(compared.children_matched));
            put(
                389,
                &[
                    yes_no(compared.cp_match),
                    yes_no(compared.np_match),
                    yes_no(multiple),
                    b'0' + tier,
                ],
            );
            put(393, b_first.at(162, 241));
            if how_many(a_file, a, Class::Child) > 99 {
                count(coverage, "more-than-99");
            }
        }

        // One record for each accepted record of the case, in file order (M8).
        let mut codes_of_case: BTreeSet<&'static str> = BTreeSet::new();
        for (place, &at) in a.members.iter().enumerate() {
            let p = &a_file.records[at];
            let mut out = common.clone();
            let mut codes = case_codes.clone();
            let mut put = |first: usize, bytes: &[u8]| {
                out[first - 1..first - 1 + bytes.len()].copy_from_slice(bytes)
            };
            put(1, &p.echo);
            put(278, &[ssn_indicator(p, side, coverage)]);
            if let Some((_, b_file, _, compared)) = &chosen {
                match compared.counterparts[place] {
                    // 06: its participant has no counterpart.
                    None => {
                        codes.insert("06");
                    }
                    Some(found) => {
                        let q_at = found.q;
                        let q = &b_file.records[q_at];
                        let basis = found.basis();
                        count(coverage, &format!("rule-{:?}", found.rule));
                        count(coverage, &format!("basis-{basis}"));
                        *totals.records_by_basis.entry(basis).or_insert(0) += 1;
                        if compared.counterparts[..place]
                            .iter()
                            .flatten()
                            .any(|earlier| earlier.q == q_at)
                        {
                            count(coverage, "same-counterpart-twice");
                        }
                        if q.ssn_kind == Ssn::Usable && found.hands_out_ssn() {
                            // 07: your SSN is absent, theirs is usable.
                            if p.ssn_kind == Ssn::Absent {
                                codes.insert("07");
                            }
                            // 08: your SSN is not absent, theirs is usable, and the two fields differ as bytes.
                            if p.ssn_kind != Ssn::Absent && p.ssn() != q.ssn() {
                                codes.insert("08");
                            }
                        }
                        // 00: it has a counterpart, and none of 02, 03, 04, 05 was given.
                        if case_codes.is_empty() {
                            codes.insert("00");
                        }
                        // L3: the counterpart's data. Its SSN only if usable.
                        // Where it was found in doubt or by a second look, 279-288 stay blank (M6).
                        if found.hands_out_ssn() {
                            put(279, q.usable_ssn().unwrap_or(b"         "));
                            put(288, &[ssn_indicator(q, side, coverage)]);
                        } else if q.ssn_kind != Ssn::Absent {
                            count(coverage, "no-ssn-handed-out");
                        }
                        put(289, q.member());
                        put(304, q.kind());
                        put(306, q.at(51, 80));
                        put(336, q.at(81, 96));
                        put(352, q.at(97, 112));
                        put(368, q.birth());
                        put(376, q.at(121, 121));
                        put(478, basis.as_bytes());
                    }
                }
            }
            // The codes fill the slots in ascending order.
            let mut slot = 243;
            for code in &codes {
                put(slot, code.as_bytes());
                slot += 2;
                count(coverage, &format!("code-{code}"));
                *totals.records_by_code.entry(*code).or_insert(0) += 1;
                codes_of_case.insert(*code);
            }
            count(
                coverage,
                &format!("codes-{}", codes.into_iter().collect::<Vec<_>>().join("+")),
            );
            response.extend_from_slice(&out);
            response.push(b'\n');
        }

        // The numbers of summary.json (C).
        totals.cases_returned += 1;
        totals.records_returned += records;
        for code in codes_of_case {
            *totals.cases_by_code.entry(code).or_insert(0) += 1;
        }
        const TIERS: [&str; 8] = ["none", "1", "2", "3", "4", "5", "6", "7"];
        let tier = TIERS[chosen.as_ref().map_or(0, |(tier, ..)| *tier as usize)];
        if let Some((tier, ..)) = &chosen {
            answered_with.push((*tier, a.other_state.clone(), chosen_at));
            if world.pooled {
                count(coverage, &format!("pooled-key-{tier}"));
            }
        }
        count(coverage, &format!("tier-{tier}"));
        *totals.cases_by_tier.get_mut(tier).unwrap() += 1;
        if chosen
            .as_ref()
            .is_some_and(|(_, _, _, compared)| compared.counterparts.iter().all(Option::is_none))
        {
            count(coverage, "nobody-matched");
            totals.cases_nobody_matched += 1;
        }
        if multiple {
            count(
                coverage,
                if world.pooled {
                    "pooled-multiple"
                } else {
                    "multiple-case"
                },
            );
            totals.multiple_case += 1;
        }
        if fcr_supplied {
            count(
                coverage,
                if chosen.is_some() {
                    "fcr-supplied"
                } else {
                    "fcr-supplied-01"
                },
            );
            totals.fcr_supplied += 1;
        }
    }

    // C: by tier 2 or higher, with a case that another was answered with too.
    for (at, (tier, other_state, case)) in answered_with.iter().enumerate() {
        let too = answered_with
            .iter()
            .enumerate()
            .any(|(another, (_, its_state, its_case))| {
                another != at && its_state == other_state && its_case == case
            });
        if *tier >= 2 && too {
            count(coverage, "counterpart-shared");
            totals.cases_counterpart_shared += 1;
        }
    }

    // M8: control totals that must balance.
    assert_eq!(
        totals.records_read,
        totals.records_rejected
            + totals.records_returned
            + totals.records_suppressed
            + totals.records_not_evaluated
    );
    assert_eq!(
        a_file.cases.len() as u64,
        totals.cases_returned + totals.cases_suppressed + totals.cases_not_evaluated
    );
    (response, totals)
}

/// A reading of `with_rejected_records`: a rejected record whose key, read as M1 reads an accepted one's, is that of the case.
fn would_belong(data: &[u8], case: &Case, file: &File) -> bool {
    let (case_id, other_case_id, other_state) = (&data[0..15], &data[121..136], &data[137..139]);
    if case_id != case.case_id || other_state != case.other_state {
        return false;
    }
    if !blank(other_case_id) {
        return other_case_id == case.other_case_id;
    }
    let occurring: BTreeSet<&[u8]> = file
        .records
        .iter()
        .filter(|record| {
            record.case_id() == case_id
                && record.other_state() == other_state
                && !blank(record.other_case_id())
        })
        .map(|record| record.other_case_id())
        .collect();
    if occurring.len() == 1 {
        !blank(&case.other_case_id)
    } else {
        blank(&case.other_case_id)
    }
}
