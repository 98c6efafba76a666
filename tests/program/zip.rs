//! ZIP archives, as packers write them.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "shared by several test programs, of which none makes every kind"
)]

use std::io::Write;

/// How the files of an archive are packed.
#[derive(Clone, Copy)]
pub struct As {
    /// 0 stored, 8 deflate; of another the bytes are stored all the same.
    pub method: u16,
    /// The general purpose flags.
    pub flags: u16,
    /// Whether size and checksum stand behind the bytes instead of before them.
    pub described: bool,
    /// Whether the numbers stand in the fields of zip64.
    pub large: bool,
}

/// As most packers do it.
pub const DEFLATED: As = As {
    method: 8,
    flags: 0,
    described: false,
    large: false,
};

/// An archive of one file.
pub fn zip(bytes: &[u8]) -> Vec<u8> {
    archive(&[("TX.txt", bytes)], DEFLATED)
}

/// An archive of these files.
pub fn archive(files: &[(&str, &[u8])], packed_as: As) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let (two, four) = (
        |n: usize| (n as u16).to_le_bytes(),
        |n: usize| (n as u32).to_le_bytes(),
    );
    for (name, bytes) in files {
        let packed = if packed_as.method == 8 {
            let level = flate2::Compression::fast();
            let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), level);
            packer.write_all(bytes).unwrap();
            packer.finish().unwrap()
        } else {
            bytes.to_vec()
        };
        let mut checksum = flate2::Crc::new();
        checksum.update(bytes);
        let checksum = checksum.sum().to_le_bytes();
        let sizes = if packed_as.large {
            [checksum, [0xff; 4], [0xff; 4]].concat()
        } else {
            [checksum, four(packed.len()), four(bytes.len())].concat()
        };
        let first = out.len();
        let flags = packed_as.flags | if packed_as.described { 8 } else { 0 };
        let how = [two(20), flags.to_le_bytes(), packed_as.method.to_le_bytes()].concat();
        let head = [&how[..], &[0; 4]].concat();
        let before = if packed_as.described {
            vec![0; 12]
        } else {
            sizes.clone()
        };
        out.extend([b"PK\x03\x04", &head[..], &before, &two(name.len()), &two(0)].concat());
        out.extend([name.as_bytes(), &packed].concat());
        if packed_as.described {
            out.extend([b"PK\x07\x08", &sizes[..]].concat());
        }
        let large = [bytes.len(), packed.len(), first].map(|n| (n as u64).to_le_bytes());
        let (extra, at) = if packed_as.large {
            ([&two(1)[..], &two(24), &large.concat()].concat(), [0xff; 4])
        } else {
            (Vec::new(), four(first))
        };
        directory.extend([b"PK\x01\x02", &two(20)[..], &head, &sizes, &two(name.len())].concat());
        directory.extend(
            [
                &two(extra.len())[..],
                &[0; 10],
                &at,
                name.as_bytes(),
                &extra,
            ]
            .concat(),
        );
    }
    let (first, count) = (out.len(), files.len());
    out.extend(&directory);
    let end_64 = out.len() as u64;
    if packed_as.large {
        let numbers = [count, count, directory.len(), first].map(|n| (n as u64).to_le_bytes());
        let length = 44_u64.to_le_bytes();
        out.extend([b"PK\x06\x06", &length[..], &[0; 12], &numbers.concat()].concat());
        out.extend(
            [
                b"PK\x06\x07",
                &[0; 4][..],
                &end_64.to_le_bytes(),
                &[1, 0, 0, 0],
            ]
            .concat(),
        );
    }
    let (count, first) = if packed_as.large {
        ([0xff; 2], [0xff; 4])
    } else {
        (two(count), four(first))
    };
    let bytes = four(directory.len());
    out.extend(
        [
            b"PK\x05\x06",
            &[0; 4][..],
            &count,
            &count,
            &bytes,
            &first,
            &[0; 2],
        ]
        .concat(),
    );
    out
}
