//! The kinds of files that the program reads: what to begin with, and which commands read them.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::answer_of;
use crate::fuzz::library;

/// A folder with an invented world, and what every command made of it.
pub(super) struct World {
    folder: PathBuf,
}

/// A kind of file.
pub(super) struct Target {
    pub(super) name: &'static str,
    /// Files of the world to begin with; of a folder, all of them.
    seeds: &'static [&'static str],
    /// Where the input is written, in the world's folder.
    input: &'static str,
    /// Commands that read it. `@` is the world's folder.
    commands: &'static [&'static str],
    /// What the library must hold for the bytes, beside what the commands answer.
    holds: fn(&[u8]),
}

fn nothing(_: &[u8]) {}

pub(super) const TARGETS: &[Target] = &[
    Target {
        name: "extract",
        seeds: &["world/extracts", "forms"],
        input: "extract/TX.txt",
        commands: &[
            "validate --format json --rejects @/rejects.csv @/extract",
            "match --force --format json --on-bad-file exclude --max-rejects 100 --leads --out @/out @/extract @/world/extracts/CA.txt",
            "convert --to csv --mask --output @/out.csv @/extract/TX.txt",
        ],
        holds: library::extract,
    },
    Target {
        name: "fcr-extract",
        seeds: &["world/fcr"],
        input: "fcr/FL.txt",
        commands: &[
            "match --force --format json --on-bad-file exclude --max-rejects 100 --fcr @/fcr --routine pooled --out @/out @/world/extracts",
        ],
        holds: nothing,
    },
    Target {
        name: "registry",
        seeds: &["registry/registry"],
        input: "derive/FL.txt",
        commands: &["derive --force --format json --max-rejects 100 --out @/out @/derive"],
        holds: nothing,
    },
    Target {
        name: "response",
        seeds: &["run/responses"],
        input: "response/TX.icr",
        commands: &[
            "respond --force --format json --serial-start 1 --out @/out @/response/TX.icr",
            "diff --format json @/run/responses/TX.icr @/response/TX.icr",
            "convert --to jsonl --mask --layout response --output @/out.jsonl @/response/TX.icr",
        ],
        holds: nothing,
    },
    Target {
        name: "response-of-run",
        seeds: &["run/responses/TX.icr"],
        input: "runs/copy/responses/TX.icr",
        commands: &[
            "verify --format json @/runs/copy",
            "report --format csv @/runs/copy",
            "report --state TX --workers @/runs/copy",
            "score --truth @/world/truth.csv @/runs/copy",
            "diff --format json @/run @/runs/copy",
            "history @/runs/copy @/run",
            "match --force --changes --previous @/runs/copy --out @/out @/world/extracts",
        ],
        holds: nothing,
    },
    Target {
        name: "rejects-of-run",
        seeds: &["run/rejects"],
        input: "runs/copy/rejects/TX.csv",
        commands: &["verify @/runs/copy", "report @/runs/copy"],
        holds: nothing,
    },
    Target {
        name: "converted",
        seeds: &["converted"],
        input: "back.csv",
        commands: &["convert --to text --input-format csv --output @/out.txt @/back.csv"],
        holds: nothing,
    },
    Target {
        name: "layout",
        seeds: &["layouts"],
        input: "changed/extract.csv",
        commands: &["validate --layouts @/changed @/world/extracts"],
        holds: library::layout,
    },
    Target {
        name: "framing",
        seeds: &["world/extracts", "forms"],
        input: "framing",
        commands: &[],
        holds: library::framing,
    },
    Target {
        name: "policy",
        seeds: &["policy.toml"],
        input: "changed.toml",
        commands: &[
            "respond --force --format json --serial-start 1 --policy @/changed.toml --out @/out @/run/responses/TX.icr",
        ],
        holds: nothing,
    },
    Target {
        name: "noise",
        seeds: &["noise.toml"],
        input: "changed.toml",
        commands: &["synth --force --cases 3 --states TX,CA --noise @/changed.toml --out @/out"],
        holds: nothing,
    },
    Target {
        name: "roster",
        seeds: &["roster.csv"],
        input: "changed.csv",
        commands: &[
            "match --force --format json --roster @/changed.csv --roster-policy report --out @/out @/world/extracts",
        ],
        holds: nothing,
    },
    Target {
        name: "sent",
        seeds: &["work/sent.csv"],
        input: "changed.csv",
        commands: &[
            "respond --force --format json --sent @/changed.csv --out @/out @/run/responses/TX.icr",
        ],
        holds: nothing,
    },
    Target {
        name: "leads",
        seeds: &["run/leads"],
        input: "changed.csv",
        commands: &[
            "respond --force --format json --serial-start 1 --leads @/changed.csv --out @/out @/run/responses/TX.icr",
        ],
        holds: nothing,
    },
    Target {
        name: "truth",
        seeds: &["world/truth.csv"],
        input: "changed.csv",
        commands: &["score --format json --truth @/changed.csv @/run"],
        holds: nothing,
    },
    Target {
        name: "truth-participants",
        seeds: &["world/truth-participants.csv"],
        input: "changed.csv",
        commands: &["score --truth @/world/truth.csv --participants @/changed.csv @/run"],
        holds: nothing,
    },
    Target {
        name: "summary",
        seeds: &["run/summary.json"],
        input: "runs/copy/summary.json",
        commands: &[
            "report --format html @/runs/copy",
            "verify --format json @/runs/copy",
            "status @/runs/copy @/run",
            "history --format csv @/runs/copy @/run",
            "match --force --format json --previous @/runs/copy --max-volume-change 30 --out @/out @/world/extracts",
        ],
        holds: nothing,
    },
    Target {
        name: "manifest",
        seeds: &["run/manifest.json"],
        input: "runs/copy/manifest.json",
        commands: &[
            "verify @/runs/copy",
            "report @/runs/copy",
            "prune --dry-run --keep-responses 1 --keep-summaries 2 --format json @/runs",
            "explain --from-run @/runs/copy --state TX --case 100000000 @/world/extracts",
        ],
        holds: nothing,
    },
    Target {
        name: "master",
        seeds: &["world/ssn-master.txt"],
        input: "changed.txt",
        commands: &[
            "match --force --format json --ssn-master @/changed.txt --out @/out @/world/extracts",
        ],
        holds: nothing,
    },
    Target {
        name: "misidentified",
        seeds: &["world/misidentified.txt"],
        input: "changed.txt",
        commands: &[
            "match --force --format json --misidentified @/changed.txt --out @/out @/world/extracts",
            "misidentified check --file @/changed.txt",
            "misidentified list --file @/changed.txt",
        ],
        holds: nothing,
    },
    Target {
        name: "trail",
        seeds: &["audit.jsonl", "signed.jsonl"],
        input: "changed.jsonl",
        commands: &[
            "audit verify @/changed.jsonl",
            "audit verify --audit-key @/audit.key @/changed.jsonl",
            "audit report --state TX --month 2026-11 @/changed.jsonl",
            "verify --audit @/changed.jsonl @/run",
        ],
        holds: nothing,
    },
    Target {
        name: "baseline",
        seeds: &["baseline"],
        input: "changed.json",
        commands: &["validate --format sarif --baseline @/changed.json @/world/extracts"],
        holds: nothing,
    },
];

impl Target {
    /// The world's own files, and those of every form.
    pub(super) fn seeds(&self, world: &World) -> Vec<Vec<u8>> {
        let mut seeds = Vec::new();
        for name in self.seeds {
            let path = world.folder.join(name);
            if path.is_dir() {
                let mut paths: Vec<_> = std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path())
                    .collect();
                paths.sort();
                seeds.extend(paths.iter().map(|path| std::fs::read(path).unwrap()));
            } else {
                seeds.push(std::fs::read(path).unwrap());
            }
        }
        assert!(!seeds.is_empty());
        seeds
    }

    /// Writes the input where the commands look for it; gives the commands.
    pub(super) fn lines(&self, world: &World, input: &[u8]) -> Vec<Vec<String>> {
        (self.holds)(input);
        let path = world.folder.join(self.input);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, input).unwrap();
        if let Some(name) = self.input.strip_prefix("runs/copy/") {
            world.sign(name, input);
        }
        self.commands.iter().map(|line| world.line(line)).collect()
    }
}

const ROSTER: &str = "usps,role,from,to,agreement,contact\nTX,submits,20260101,20271231,A-1,ops@example.org\nCA,submits,,,,\nFL,fcr,20260101,,,\n";

const NOISE: &str =
    "base = \"harsh\"\nssn-missing = 12.5\nother-id-stale = 8\nfamily-violence = 4\n";

/// The forms in which records come.
const FORMS: [(&str, &str); 8] = [
    ("text", "--to text"),
    ("fb", "--to fb"),
    ("cp037", "--to cp037-text"),
    ("cp037-fb", "--to cp037-fb"),
    ("cp1047-fb", "--to fb --output-encoding cp1047"),
    ("cp500", "--to text --output-encoding cp500"),
    ("csv", "--to csv"),
    ("jsonl", "--to jsonl"),
];

impl World {
    pub(super) fn new(folder: &Path) -> Self {
        let world = World {
            folder: folder.to_owned(),
        };
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (name, text) in [
            ("roster.csv", ROSTER),
            ("noise.toml", NOISE),
            ("audit.key", &"k".repeat(40)),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        make_private(&folder.join("audit.key"));
        for name in [
            "forms",
            "converted",
            "layouts",
            "baseline",
            "changed",
            "runs",
        ] {
            std::fs::create_dir(folder.join(name)).unwrap();
        }
        for entry in std::fs::read_dir(source.join("layouts")).unwrap() {
            let entry = entry.unwrap();
            let to = if entry.file_name() == "extract.csv" {
                "layouts"
            } else {
                "changed"
            };
            std::fs::copy(entry.path(), folder.join(to).join(entry.file_name())).unwrap();
        }
        world.run(
            "synth --cases 6 --states TX,CA --fcr-states FL --out @/world",
            0,
        );
        world.run(
            "synth --cases 6 --states TX,CA --fcr-states FL --registry --out @/registry",
            0,
        );
        let inputs = "--leads --fcr @/world/fcr --ssn-master @/world/ssn-master.txt --misidentified @/world/misidentified.txt";
        world.run(
            &format!("match --audit @/audit.jsonl {inputs} --out @/run @/world/extracts"),
            0,
        );
        let signed = "--audit @/signed.jsonl --audit-key @/audit.key";
        world.run(
            &format!("match {signed} {inputs} --out @/runs/copy @/world/extracts"),
            0,
        );
        world.run(
            "respond --serial-start 1 --out @/work @/run/responses/TX.icr",
            0,
        );
        for (name, form) in FORMS {
            world.run(
                &format!("convert {form} --output @/forms/{name} @/world/extracts/TX.txt"),
                0,
            );
        }
        for (name, packed) in [
            ("gzip", gzip(&world.read("forms/text"))),
            ("zip", crate::program::zip::zip(&world.read("forms/text"))),
            ("vb", variable(&world.read("forms/fb"), false)),
            ("rdw", variable(&world.read("forms/cp037-fb"), true)),
        ] {
            std::fs::write(folder.join("forms").join(name), packed).unwrap();
        }
        std::fs::rename(folder.join("forms/csv"), folder.join("converted/csv")).unwrap();
        for (name, form) in [("json", "json"), ("sarif", "sarif")] {
            let text = world.out(&format!("validate --format {form} @/world/extracts"));
            std::fs::write(folder.join("baseline").join(name), text).unwrap();
        }
        std::fs::write(
            folder.join("policy.toml"),
            world.out("respond --print-policy"),
        )
        .unwrap();
        world
    }

    /// Writes a changed file's size and digest into its run's manifest, so that it is read at all.
    fn sign(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.join("runs/copy/manifest.json");
        if name == "manifest.json" {
            return;
        }
        let mut manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for list in ["files", "outputs"] {
            for file in manifest[list].as_array_mut().into_iter().flatten() {
                if file["name"] == name || file["path"] == name {
                    file["bytes"] = bytes.len().into();
                    file["sha256"] = icr::text::hex(&Sha256::digest(bytes).into()).into();
                }
            }
        }
        std::fs::write(path, manifest.to_string()).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).unwrap()
    }

    fn line(&self, line: &str) -> Vec<String> {
        let line = line.replace('@', self.folder.to_str().unwrap());
        line.split(' ').map(str::to_owned).collect()
    }

    fn run(&self, line: &str, status: u8) {
        let answer = answer_of(&self.line(line));
        assert!(answer.starts_with(&status.to_string()), "{line}: {answer}");
    }

    fn out(&self, line: &str) -> Vec<u8> {
        super::printed(&self.line(line))
    }
}

fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Fixed records as RECFM=VB: with a descriptor word each, and one for each block of them.
fn variable(fixed: &[u8], blocks: bool) -> Vec<u8> {
    let word = |length: usize| [(length >> 8) as u8, length as u8, 0, 0];
    let mut file = Vec::new();
    for block in fixed.chunks(241 * 20) {
        let mut records = Vec::new();
        for record in block.chunks(241) {
            records.extend_from_slice(&word(record.len() + 4));
            records.extend_from_slice(record);
        }
        if blocks {
            file.extend_from_slice(&word(records.len() + 4));
        }
        file.extend_from_slice(&records);
    }
    file
}
