//! `match --changes`: applied night after night, they give the last response.

use std::collections::BTreeMap;

use super::world::World;

const CHANGES: &str = "--quiet --previous runs --changes";

#[test]
fn the_first_night_everything_is_new_and_the_second_nothing() {
    let world = World::sample();
    world.night(20_261_121, 0, CHANGES);
    world.night(20_261_122, 0, CHANGES);
    for state in ["CA", "FL", "NY", "OH", "TX", "WA"] {
        assert_eq!(
            world.read(&format!("runs/20261121/changes/{state}.icr")),
            world.read(&format!("runs/20261121/responses/{state}.icr"))
        );
        assert_eq!(
            world.read(&format!("runs/20261122/changes/{state}.icr")),
            ""
        );
        let gone = world.read(&format!("runs/20261122/changes/{state}.gone.csv"));
        assert_eq!(gone, "case_id,other_state,other_case_id\n");
    }
    let changes = &world.summary(20_261_122)["states"]["TX"]["changes"];
    assert_eq!(changes["since"], "20261121");
    assert_eq!(changes["new"], 0);
    assert!(world.summary(20_261_121)["states"]["TX"]["changes"]["since"].is_null());
    world.ends(0, "verify runs/20261122");
}

#[test]
fn they_are_against_the_last_response_that_the_state_was_given() {
    let world = World::sample();
    world.night(20_261_121, 0, CHANGES);
    // Texas is left out one night; the changes of the next are since the night before.
    world.shell("mv in/extracts/TX.txt whole", &[]);
    world.night(20_261_122, 0, CHANGES);
    assert!(!world.path("runs/20261122/changes/TX.icr").exists());
    world.shell("mv whole in/extracts/TX.txt", &[]);
    world.night(20_261_123, 0, CHANGES);
    assert_eq!(
        world.summary(20_261_123)["states"]["TX"]["changes"],
        serde_json::json!({"since": "20261121", "new": 0, "changed": 0, "gone": 0, "records": 0})
    );
    // In another form the answers are the same.
    world.night(
        20_261_124,
        0,
        &format!("{CHANGES} --output-format fb --output-encoding cp037"),
    );
    world.night(20_261_125, 0, CHANGES);
    assert_eq!(world.read("runs/20261125/changes/TX.icr"), "");
    world.ends(0, "verify runs/20261124");
}

#[test]
fn a_last_response_that_is_gone_or_changed_is_refused() {
    let world = World::sample();
    world.night(20_261_121, 0, CHANGES);
    world.shell("sed -i '1s/^./Z/' runs/20261121/responses/TX.icr", &[]);
    let said = world.night(20_261_122, 3, CHANGES);
    assert!(
        said.contains("TX.icr: is the last response of the state and was changed"),
        "{said}"
    );
    world.shell("rm runs/20261121/responses/TX.icr", &[]);
    let said = world.night(20_261_122, 3, CHANGES);
    assert!(
        said.contains("TX.icr: is the last response of the state and was removed"),
        "{said}"
    );
    assert!(!world.path("runs/20261122").exists());
}

/// The cases of a response by their key: Case ID, other state, Other State Case ID.
type Cases = BTreeMap<[String; 3], Vec<Vec<u8>>>;

/// A response as an independent reader cuts it: a case is as many records as its first one tells.
fn cases(world: &World, name: &str) -> Cases {
    let bytes = std::fs::read(world.path(name)).unwrap();
    let mut records = bytes.split(|&b| b == b'\n').filter(|r| !r.is_empty());
    let mut cases = Cases::new();
    while let Some(first) = records.next() {
        let told = std::str::from_utf8(&first[472..477]).unwrap();
        let told: usize = told.parse().unwrap();
        let mut case = vec![first.to_vec()];
        case.extend(records.by_ref().take(told - 1).map(<[u8]>::to_vec));
        // Case ID 1-15, Other State Case ID 122-136, other state 138-139.
        let text = |field: &[u8]| {
            let field: String = field.iter().map(|&b| char::from(b)).collect();
            field.trim().to_owned()
        };
        let id = |record: &Vec<u8>| text(&record[121..136]);
        let other_id = case.iter().map(id).find(|id| !id.is_empty());
        let key = [
            text(&first[..15]),
            text(&first[137..139]),
            other_id.unwrap_or_default(),
        ];
        assert!(cases.insert(key, case).is_none());
    }
    cases
}

#[test]
fn the_changes_of_seven_nights_make_the_last_response_of_the_first() {
    changes_of_seven_nights("national");
}

#[test]
fn the_changes_of_seven_adverse_nights_make_it_too() {
    changes_of_seven_nights("adverse");
}

fn changes_of_seven_nights(noise: &str) {
    let world = World::sample();
    let states = ["CA", "NY", "OH", "TX"];
    let mut held: BTreeMap<&str, Cases> = BTreeMap::new();
    let (mut new, mut changed, mut gone) = (0, 0, 0);
    for night in 0..7 {
        world.ends(
            0,
            &format!("synth --quiet --cases 400 --seed 16 --states CA,NY,OH,TX --fcr-states WA --noise {noise} --night {night} --out night{night}"),
        );
        let date = 20_261_121 + night;
        world.ends(
            0,
            &format!("match --quiet --run-date {date} --previous runs --changes --fcr night{night}/fcr --ssn-master night{night}/ssn-master.txt --misidentified night{night}/misidentified.txt --out runs/{date} night{night}/extracts"),
        );
        for state in states {
            let run = format!("runs/{date}");
            let held = held.entry(state).or_default();
            let told = &world.summary(date)["states"][state]["changes"];
            let count = |what: &str| told[what].as_u64().unwrap();
            let news = cases(&world, &format!("{run}/changes/{state}.icr"));
            let csv = world.read(&format!("{run}/changes/{state}.gone.csv"));
            let lines: Vec<&str> = csv.lines().skip(1).collect();
            assert_eq!(count("gone"), lines.len() as u64);
            assert_eq!(count("new") + count("changed"), news.len() as u64);
            if night > 0 {
                new += count("new");
                changed += count("changed");
                gone += count("gone");
            }
            for line in lines {
                let cells: Vec<&str> = line.split(',').collect();
                let fips = match cells[1] {
                    "CA" => "06",
                    "NY" => "36",
                    "OH" => "39",
                    "TX" => "48",
                    _ => "53",
                };
                let key = [cells[0], fips, cells[2]].map(str::to_owned);
                assert!(held.remove(&key).is_some(), "{state}, night {night}");
            }
            held.extend(news);
            let whole = cases(&world, &format!("{run}/responses/{state}.icr"));
            assert!(*held == whole, "{state}, night {night}");
        }
        // A night is not the whole again.
        if night > 0 {
            let size = |what: &str| {
                let bytes = |state: &&str| {
                    let extension = format!("runs/{date}/{what}/{state}.icr");
                    std::fs::metadata(world.path(&extension)).unwrap().len()
                };
                states.iter().map(bytes).sum::<u64>()
            };
            assert!(size("changes") * 4 < size("responses"), "night {night}");
        }
    }
    assert!(
        new > 20 && changed > 20 && gone > 5,
        "{new} {changed} {gone}"
    );
    world.ends(0, "verify runs/20261127");
    let history = world.ends(0, "history runs");
    assert!(history.contains("corrected after a response"), "{history}");
}

#[test]
fn a_night_is_the_same_world_and_the_first_is_the_world_itself() {
    let world = World::sample();
    let synth = "synth --quiet --cases 200 --seed 3 --states CA,TX --out";
    world.ends(0, &format!("{synth} plain"));
    world.ends(0, &format!("{synth} first --night 0"));
    world.ends(0, &format!("{synth} third --night 3"));
    world.ends(0, &format!("{synth} again --night 3"));
    assert_eq!(
        world.read("plain/extracts/CA.txt"),
        world.read("first/extracts/CA.txt")
    );
    assert_eq!(
        world.read("third/extracts/CA.txt"),
        world.read("again/extracts/CA.txt")
    );
    let lines = |name: &str| -> Vec<String> {
        let text = world.read(name);
        text.lines().map(str::to_owned).collect()
    };
    let (first, third) = (
        lines("first/extracts/CA.txt"),
        lines("third/extracts/CA.txt"),
    );
    let same = third.iter().filter(|line| first.contains(line)).count();
    // Most records stay; some changed, and some are new.
    assert!(third.len() > first.len() && same < first.len() && same * 10 > first.len() * 7);
    // Nobody on record is lost.
    let (people, later) = (lines("first/ssn-master.txt"), lines("third/ssn-master.txt"));
    assert!(people.iter().all(|person| later.contains(person)));
    // A night can be scored.
    world.ends(0, "match --quiet --ssn-master third/ssn-master.txt --misidentified third/misidentified.txt --out run third/extracts");
    world.ends(0, "score --truth third/truth.csv run");
    world.ends(2, "synth --cases 10 --night 366 --out x");
}
