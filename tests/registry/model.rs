//! The plain model of `icr derive`, written from the specification's verification.md, section 3,
//! before the engine: it replays a file's records one by one on maps and never hurries.
//!
//! Where the specification is silent it follows docs/derive.md. Nothing here is shared with the
//! engine: positions are those of the specification's table.

use std::collections::{BTreeMap, BTreeSet};

type Id = Vec<u8>;
type Key = (Id, Id);

/// What the totals of one kind of record count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: u64,
    pub written: u64,
    pub deleted: u64,
    pub replaced: u64,
    pub withheld: u64,
    pub non_iv_d: u64,
    pub participating: u64,
    pub rejected: u64,
}

/// What a state gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateAnswer {
    pub cases: u64,
    /// The lines of the extract.
    pub records: Vec<Vec<u8>>,
    /// Record number and code.
    pub rejects: Vec<(u64, String)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub states: BTreeMap<String, StateAnswer>,
    pub fc: Counts,
    pub fp: Counts,
    pub other: u64,
    /// The SSNs that stand marked.
    pub marked: BTreeSet<Id>,
    /// Case IDs of withheld cases, by state.
    pub withheld: BTreeSet<(String, Id)>,
}

/// A registry file.
#[derive(Clone, Debug)]
pub struct File {
    pub fips: &'static str,
    pub usps: &'static str,
    /// Its lines, the FA first.
    pub lines: Vec<Vec<u8>>,
}

/// A field by its published positions; blank beyond the line's end.
fn field(line: &[u8], first: usize, last: usize) -> Vec<u8> {
    (first..=last)
        .map(|at| line.get(at - 1).copied().unwrap_or(b' '))
        .collect()
}

fn blank(field: &[u8]) -> bool {
    field.iter().all(|b| *b == b' ')
}

/// matching.md, section 2.
fn usable(ssn: &[u8]) -> bool {
    let text = String::from_utf8_lossy(ssn).into_owned();
    ssn.len() == 9
        && ssn.iter().all(u8::is_ascii_digit)
        && &text[..3] != "000"
        && &text[..3] != "666"
        && !text.starts_with('9')
        && &text[3..5] != "00"
        && &text[5..] != "0000"
        && !ssn.iter().all(|b| *b == ssn[0])
        && !["123456789", "078051120", "219099999"].contains(&text.as_str())
}

/// The usable ones among SSN, Previous SSN, Additional SSN 1 and 2 of an FP.
fn ssns(fp: &[u8]) -> BTreeSet<Id> {
    [(72, 80), (81, 89), (247, 255), (256, 264)]
        .into_iter()
        .map(|(first, last)| field(fp, first, last))
        .filter(|ssn| usable(ssn))
        .collect()
}

fn is_fv(fp: &[u8]) -> bool {
    !blank(&field(fp, 46, 47))
}

fn valid_case_id(id: &[u8]) -> bool {
    !(blank(id)
        || id[0] == b' '
        || id.iter().all(|b| *b == b'0' || *b == b' ')
        || id.contains(&b'*')
        || id.contains(&b'\\'))
}

/// Whether a line may be marked in a way that cannot be placed, so that the run stops: a marked
/// person with an SSN field that holds something else than an SSN; or, in a line of no kind or a
/// rejected one that is not marked, a mark within eight columns of its place.
pub fn cannot_be_placed(line: &[u8]) -> bool {
    if line.starts_with(b"FC") || line.starts_with(b"FA") {
        return false;
    }
    if line.starts_with(b"FP") && is_fv(line) {
        let columns = [(72, 80), (81, 89), (247, 255), (256, 264)];
        return columns.iter().any(|&(first, last)| {
            let field = field(line, first, last);
            !blank(&field) && !field.iter().all(u8::is_ascii_digit)
        });
    }
    let near = field(line, 38, 55);
    edit(line).is_some() && near.windows(2).any(|pair| pair == b"FV")
}

/// The first edit that a line fails by itself.
fn edit(line: &[u8]) -> Option<&'static str> {
    let (is_fc, action) = match line.get(..2) {
        Some(b"FC") => (true, line.get(2).copied()),
        Some(b"FP") => (false, line.get(2).copied()),
        _ => return Some("R01"),
    };
    let last = if is_fc { 55 } else { 552 };
    let least = match (is_fc, action) {
        (true, Some(b'A' | b'C')) => 19,
        (true, _) => 4,
        (false, _) => 48,
    };
    if line.len() < least || line.iter().skip(last).any(|b| *b != b' ') {
        return Some("R02");
    }
    if line.iter().any(|b| *b < 0x20 || *b == 0x7f) {
        return Some("R03");
    }
    if !matches!(action, Some(b'A' | b'C' | b'D')) {
        return Some("R04");
    }
    if !valid_case_id(&field(line, 4, 18)) {
        return Some("R05");
    }
    let deletes = action == Some(b'D');
    if is_fc {
        return (!deletes && !matches!(line[18], b'F' | b'N')).then_some("R06");
    }
    if blank(&field(line, 48, 62)) {
        return Some("R07");
    }
    let types: [&[u8]; 5] = [b"  ", b"CH", b"CP", b"NP", b"PF"];
    if !deletes && !types.contains(&field(line, 44, 45).as_slice()) {
        return Some("R08");
    }
    (!matches!(field(line, 46, 47).as_slice(), b"  " | b"FV")).then_some("R09")
}

/// A person's mark: the SSNs that the record bore while it was marked, and whether its own case is
/// marked.
#[derive(Clone, Debug, Default)]
struct Mark {
    ssns: BTreeSet<Id>,
    own_case: bool,
}

impl Mark {
    fn take(&mut self, fp: &[u8]) {
        let ssns = ssns(fp);
        self.own_case |= ssns.is_empty();
        self.ssns.extend(ssns);
    }

    fn join(&mut self, other: Mark) {
        self.own_case |= other.own_case;
        self.ssns.extend(other.ssns);
    }
}

#[derive(Default)]
struct Registry {
    /// Line of the FC that stands for the case, and whether it is closed.
    cases: BTreeMap<Id, (usize, bool)>,
    persons: BTreeMap<Key, usize>,
    marks: BTreeMap<Key, Mark>,
    /// Marks of rejected records, which nothing withdraws.
    lasting: Mark,
    lasting_cases: BTreeSet<Id>,
    rejected: Vec<(usize, &'static str)>,
    /// IDs joined by a Previous Case ID.
    joined: Vec<(Id, Id)>,
}

impl Registry {
    fn replay(file: &File, fc: &mut Counts, fp: &mut Counts, other: &mut u64) -> Registry {
        let mut registry = Registry::default();
        for (at, line) in file.lines.iter().enumerate().skip(1) {
            match line.get(..2) {
                Some(b"FC") => fc.read += 1,
                Some(b"FP") => fp.read += 1,
                _ => *other += 1,
            }
            if let Some(code) = edit(line) {
                registry.rejected.push((at, code));
                if line.starts_with(b"FP") && is_fv(line) {
                    if ssns(line).is_empty() {
                        registry.lasting_cases.insert(field(line, 4, 18));
                    }
                    registry.lasting.take(line);
                }
            } else if line.starts_with(b"FC") {
                registry.case(file, at, fc, fp);
            } else {
                registry.person(file, at, fp);
            }
        }
        registry
    }

    fn case(&mut self, file: &File, at: usize, fc: &mut Counts, fp: &mut Counts) {
        let line = &file.lines[at];
        let id = field(line, 4, 18);
        if line[2] == b'D' {
            match self.cases.get_mut(&id) {
                Some(case) => {
                    case.1 = true;
                    fc.deleted += 1;
                }
                None => self.rejected.push((at, "R10")),
            }
            return;
        }
        let previous = field(line, 41, 55);
        if !blank(&previous) && previous != id {
            self.joined.push((previous.clone(), id.clone()));
            if self.cases.remove(&previous).is_some() {
                fc.replaced += 1;
                self.move_persons(file, &previous, &id, fp);
            }
        }
        if self.cases.insert(id, (at, false)).is_some() {
            fc.replaced += 1;
        }
    }

    fn move_persons(&mut self, file: &File, from: &Id, to: &Id, fp: &mut Counts) {
        let marks: Vec<Key> = self
            .marks
            .keys()
            .filter(|k| &k.0 == from)
            .cloned()
            .collect();
        for key in marks {
            let mark = self.marks.remove(&key).unwrap();
            self.marks
                .entry((to.clone(), key.1))
                .or_default()
                .join(mark);
        }
        let persons: Vec<Key> = self
            .persons
            .keys()
            .filter(|k| &k.0 == from)
            .cloned()
            .collect();
        for key in persons {
            let at = self.persons.remove(&key).unwrap();
            let key = (to.clone(), key.1);
            let there = self.persons.get(&key).copied();
            // Of two that come to have one key the later record stands.
            fp.replaced += u64::from(there.is_some());
            self.persons
                .insert(key, there.map_or(at, |there| there.max(at)));
        }
        // Whoever stands under a mark bears it.
        for (key, at) in &self.persons {
            if &key.0 == to
                && let Some(mark) = self.marks.get_mut(key)
            {
                mark.take(&file.lines[*at]);
            }
        }
    }

    fn person(&mut self, file: &File, at: usize, fp: &mut Counts) {
        let line = &file.lines[at];
        let case = field(line, 4, 18);
        let mut key = (case.clone(), field(line, 48, 62));
        if line[2] == b'D' {
            if is_fv(line) {
                self.marks.entry(key.clone()).or_default().take(line);
            }
            match self.persons.remove(&key) {
                Some(_) => fp.deleted += 2,
                None => self.rejected.push((at, "R11")),
            }
            return;
        }
        if line[2] == b'C' && !is_fv(line) {
            self.marks.remove(&key);
        }
        fp.replaced += u64::from(self.persons.remove(&key).is_some());
        let new_member = field(line, 513, 527);
        if !blank(&new_member) && new_member != key.1 {
            let to = (case, new_member);
            if let Some(mark) = self.marks.remove(&key) {
                self.marks.entry(to.clone()).or_default().join(mark);
            }
            fp.replaced += u64::from(self.persons.remove(&to).is_some());
            key = to;
        }
        if is_fv(line) {
            self.marks.entry(key.clone()).or_default();
        }
        if let Some(mark) = self.marks.get_mut(&key) {
            mark.take(line);
        }
        self.persons.insert(key, at);
    }

    /// The IDs that Previous Case IDs join with this one, and itself.
    fn joined_with(&self, id: &Id) -> BTreeSet<Id> {
        let mut all = BTreeSet::from([id.clone()]);
        loop {
            let before = all.len();
            for (a, b) in &self.joined {
                if all.contains(a) || all.contains(b) {
                    all.extend([a.clone(), b.clone()]);
                }
            }
            if all.len() == before {
                return all;
            }
        }
    }
}

fn extract_record(
    file: &File,
    id: &Id,
    fc: &[u8],
    closed: bool,
    member: &Id,
    fp: &[u8],
) -> Vec<u8> {
    let mut record = Vec::new();
    record.extend(id);
    record.push(b' ');
    record.extend(file.fips.bytes());
    record.extend(field(fc, 21, 23));
    record.extend(b"  ");
    record.extend(field(fp, 72, 80));
    record.extend(member);
    record.extend(field(fp, 44, 45));
    record.push(if closed { b'C' } else { b'O' });
    record.extend(field(fp, 122, 151));
    record.extend(field(fp, 90, 105));
    record.extend(field(fp, 106, 121));
    record.extend(field(fp, 64, 71));
    record.extend(field(fp, 63, 63));
    record.resize(241, b' ');
    record
}

/// The answer to a registry, given as usable files, one a state.
pub fn derive(files: &[File], participating: &[&str], include_non_iv_d: bool) -> Answer {
    let mut answer = Answer::default();
    let (mut fc, mut fp) = (Counts::default(), Counts::default());
    let mut registries = Vec::new();
    for file in files {
        let (mut file_fc, mut file_fp) = (Counts::default(), Counts::default());
        let registry = Registry::replay(file, &mut file_fc, &mut file_fp, &mut answer.other);
        for mark in registry.marks.values().chain([&registry.lasting]) {
            answer.marked.extend(mark.ssns.iter().cloned());
        }
        fc.read += file_fc.read;
        fp.read += file_fp.read;
        if !participating.contains(&file.usps) {
            fc.deleted += file_fc.deleted;
            fc.replaced += file_fc.replaced;
            fp.deleted += file_fp.deleted;
            fp.replaced += file_fp.replaced;
        }
        registries.push((file, registry, file_fc.read, file_fp.read));
    }
    for (file, registry, fc_read, fp_read) in &registries {
        let takes_part = participating.contains(&file.usps);
        let state = answer.states.entry(file.usps.to_owned()).or_default();
        let mut ids: BTreeSet<&Id> = registry.cases.keys().collect();
        ids.extend(registry.persons.keys().map(|key| &key.0));
        ids.extend(registry.marks.keys().map(|key| &key.0));
        // Which IDs are withheld, whether a case stands there or not.
        let mut withheld: BTreeSet<Id> = BTreeSet::new();
        for id in &ids {
            let own = registry
                .marks
                .iter()
                .any(|(k, m)| &&k.0 == id && m.own_case)
                || registry
                    .joined_with(id)
                    .intersection(&registry.lasting_cases)
                    .next()
                    .is_some();
            let bears = registry.persons.iter().any(|(k, &at)| {
                &&k.0 == id
                    && ssns(&file.lines[at])
                        .intersection(&answer.marked)
                        .next()
                        .is_some()
            });
            if own || bears {
                withheld.insert((*id).clone());
            }
        }
        let mut listed = registry.rejected.clone();
        if takes_part {
            listed.retain(|(_, code)| !matches!(*code, "R10" | "R11" | "R12"));
        }
        for id in ids {
            let persons: Vec<_> = registry
                .persons
                .iter()
                .filter(|(k, _)| &k.0 == id)
                .collect();
            let case = registry.cases.get(id);
            if takes_part {
                continue;
            }
            let count = persons.len() as u64;
            let Some(&(fc_line, closed)) = case else {
                if withheld.contains(id) {
                    fp.withheld += count;
                } else {
                    listed.extend(persons.iter().map(|(_, at)| (**at, "R12")));
                }
                continue;
            };
            let fc_line = &file.lines[fc_line];
            if withheld.contains(id) {
                answer.withheld.insert((file.usps.to_owned(), id.clone()));
                fc.withheld += 1;
                fp.withheld += count;
            } else if fc_line[18] == b'N' && !include_non_iv_d {
                fc.non_iv_d += 1;
                fp.non_iv_d += count;
            } else {
                fc.written += 1;
                fp.written += count;
                state.cases += u64::from(count > 0);
                for ((_, member), at) in persons {
                    let record =
                        extract_record(file, id, fc_line, closed, member, &file.lines[*at]);
                    state.records.push(record);
                }
            }
        }
        // A rejected record of a withheld case, or of one whose ID a Previous Case ID joins with
        // it, or that bears a marked SSN, is withheld and not listed.
        let (mut fc_listed, mut fp_listed) = (0, 0);
        let (mut fc_hidden, mut fp_hidden) = (0, 0);
        for (at, code) in listed {
            let line = &file.lines[at];
            let known = line.starts_with(b"FC") || line.starts_with(b"FP");
            let id = field(line, 4, 18);
            let mut names = registry.joined_with(&id);
            names.insert(id);
            let hidden = known
                && (names
                    .iter()
                    .any(|n| withheld.contains(n) || registry.lasting_cases.contains(n))
                    || (line.starts_with(b"FP")
                        && ssns(line).intersection(&answer.marked).next().is_some()));
            let is_fc = line.starts_with(b"FC");
            match (known, hidden) {
                (true, true) if is_fc => fc_hidden += 1,
                (true, true) => fp_hidden += 1,
                (true, false) if is_fc => fc_listed += 1,
                (true, false) => fp_listed += 1,
                (false, _) => {}
            }
            if !hidden {
                state.rejects.push((at as u64 + 1, code.to_owned()));
            }
        }
        state.rejects.sort();
        fc.withheld += fc_hidden;
        fp.withheld += fp_hidden;
        fc.rejected += fc_listed;
        fp.rejected += fp_listed;
        if takes_part {
            fc.participating += fc_read - fc_hidden - fc_listed;
            fp.participating += fp_read - fp_hidden - fp_listed;
        }
    }
    answer.fc = fc;
    answer.fp = fp;
    answer
}
