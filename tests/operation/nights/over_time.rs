//! `icr history` and `icr prune`.

use super::world::World;

/// Six nights of the same data, and one in which Texas sends half.
fn seven_nights() -> World {
    let world = World::sample();
    for date in 20_261_121..20_261_127 {
        world.night(date, 0, "--quiet --receipts --previous runs --changes");
    }
    world.shell(
        "head -n 6 in/extracts/TX.txt > half && mv half in/extracts/TX.txt",
        &[],
    );
    world.night(
        20_261_127,
        0,
        "--quiet --receipts --previous runs --changes",
    );
    world
}

#[test]
fn a_history_tells_every_night_and_what_moved() {
    let world = seven_nights();
    let text = world.ends(0, "history runs");
    assert!(
        text.starts_with("History of 7 runs\n\nAll states\n"),
        "{text}"
    );
    assert!(
        text.contains("What moved most in the last night\n"),
        "{text}"
    );
    let history: serde_json::Value =
        serde_json::from_str(&world.ends(0, "history --format json runs")).unwrap();
    assert_eq!(history["schema"], "icr.history/1");
    assert_eq!(history["nights"].as_array().unwrap().len(), 7);
    let texas = history["scopes"].as_array().unwrap();
    let texas = texas.iter().find(|scope| scope["name"] == "TX").unwrap();
    let records = &texas["points"][6]["figures"]["records.read"];
    assert_eq!(
        (&records["value"], &records["median"]),
        (&6.into(), &12.into())
    );
    assert_eq!(
        texas["points"][4]["figures"]["records.read"]["median"],
        serde_json::Value::Null
    );
    // The sums are those of the summary.
    let nation = &history["scopes"][0]["points"][0]["figures"];
    let run = &world.summary(20_261_121)["run"];
    assert_eq!(nation["records.read"]["value"], run["records"]["read"]);
    assert_eq!(nation["tier.none"]["value"], run["cases_by_tier"]["none"]);
    assert_eq!(nation["in_sync"]["value"], run["cases_in_sync"]);
    let report: serde_json::Value =
        serde_json::from_str(&world.ends(0, "report --format json runs/20261121")).unwrap();
    assert_eq!(
        report["national"]["total"]["cases.in_sync"],
        run["cases_in_sync"]
    );
    let csv = world.ends(0, "history --format csv runs/20261121 runs/20261122");
    assert!(
        csv.starts_with("run_date,run,scope,figure,value,median,sudden\n20261121,20261121,all,")
    );
    let page = world.ends(0, "history --format html runs");
    assert!(page.contains("<polyline points=") && page.contains("All states"));
    assert_eq!(text, world.ends(0, "history --threads 1 runs"));
    world.ends(3, "history in");
}

#[test]
fn a_corrected_case_is_known_again_and_told_with_its_days() {
    let world = World::sample();
    world.night(20_261_121, 0, "--quiet");
    // A case with 02 names, three nights later, the case that was found for it.
    let script = r#"
        cd runs/20261121/responses
        # Reason codes 243-252, the found Case ID 253-267; the submitted one is field other_case_id.
        grep -l '' *.icr | while read -r file; do
            awk -v file="$file" 'substr($0, 243, 2) == "02" && substr($0, 245, 8) ~ /^ *$/ { print file, NR; exit }' "$file"
        done | head -n 1
    "#;
    let found = world.shell(script, &[]);
    let found = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    assert!(!found.is_empty(), "no case has 02 alone");
    let usps = &found[..2];
    let response = world.read(&format!("runs/20261121/responses/{usps}.icr"));
    let extract = world.read(&format!("in/extracts/{usps}.txt"));
    let number: usize = found.split(' ').nth(1).unwrap().parse().unwrap();
    let record = response.lines().nth(number - 1).unwrap();
    let (case_id, named) = (record[..15].to_owned(), record[252..267].to_owned());
    let columns = other_case_id_columns(&world);
    let corrected: Vec<String> = extract
        .lines()
        .map(|line| {
            if line.starts_with(&case_id) {
                let mut line = format!("{line:<240}");
                line.replace_range(columns.clone(), &named);
                line
            } else {
                line.to_owned()
            }
        })
        .collect();
    std::fs::write(
        world.path(&format!("in/extracts/{usps}.txt")),
        corrected.join("\n") + "\n",
    )
    .unwrap();
    world.night(20_261_124, 0, "--quiet");
    let history: serde_json::Value =
        serde_json::from_str(&world.ends(0, "history --format json runs")).unwrap();
    let scopes = history["scopes"].as_array().unwrap();
    let scope = scopes.iter().find(|scope| scope["name"] == usps).unwrap();
    assert_eq!(scope["corrections"]["by_days"]["3"], 1, "{scope}");
    let text = world.ends(0, "history runs");
    assert!(text.contains("corrected after a response (02, then 00), half of them within 3 days"));
    let summaries = world.ends(0, "history --summaries-only runs");
    assert!(!summaries.contains("corrected after a response"));
}

/// Where the extract layout has the Other State Case ID, from 0.
fn other_case_id_columns(world: &World) -> std::ops::Range<usize> {
    let layout: serde_json::Value =
        serde_json::from_str(&world.ends(0, "layout show extract --format json")).unwrap();
    let fields = layout["fields"].as_array().unwrap();
    let field = fields
        .iter()
        .find(|field| field["key"] == "other_state_case_id")
        .unwrap();
    let column = |name: &str| usize::try_from(field[name].as_u64().unwrap()).unwrap();
    column("first") - 1..column("last")
}

#[test]
fn a_pruned_run_is_known_as_pruned_and_keeps_its_totals() {
    let world = seven_nights();
    let before = world.ends(0, "history --summaries-only runs");
    let prune = "prune --run-date 20261128 --keep-responses 4 --keep-summaries 30";
    let dry = world.ends(0, &format!("{prune} --dry-run runs"));
    assert!(world.path("runs/20261121/responses").exists());
    let said = world.ends(0, &format!("{prune} --audit trail runs"));
    assert_eq!(dry, said);
    assert!(
        said.starts_with("20261121  20261121          pruned\n"),
        "{said}"
    );
    assert!(
        said.ends_with("20261127  20261127          kept\n"),
        "{said}"
    );
    let names = world.shell("cd runs/20261121 && ls", &[]);
    assert_eq!(
        String::from_utf8_lossy(&names.stdout),
        "manifest.json\npruned.json\nreceipts\nsummary.json\n"
    );
    let verified = world.ends(0, "verify runs/20261121");
    assert!(verified.starts_with("pruned on 20261128"), "{verified}");
    world.ends(0, "verify runs/20261127");
    assert_eq!(world.ends(0, "history --summaries-only runs"), before);
    world.ends(0, "history runs");
    let status = world.ends(0, "status runs/20261121");
    assert!(
        status.contains("its response was taken out on 20261128 (icr prune)"),
        "{status}"
    );
    let report = world.ends(3, "report runs/20261121");
    assert!(report.contains("was pruned on 20261128"), "{report}");
    let again = world.ends(0, &format!("{prune} runs"));
    assert!(
        again.starts_with("20261121  20261121          pruned before\n"),
        "{again}"
    );
    // What is left of it is still checked, and a file that no prune removes is missed.
    world.shell("rm runs/20261121/receipts/TX.receipt", &[]);
    let damaged = world.ends(1, "verify runs/20261121");
    assert!(
        damaged.contains("receipts/TX.receipt: is missing"),
        "{damaged}"
    );
    // A state whose last response was pruned is given its whole response.
    world.ends(
        0,
        "prune --run-date 20261128 --keep-responses 0 --keep-summaries 30 runs",
    );
    world.night(20_261_128, 0, "--quiet --previous runs --changes");
    assert!(!world.path("runs/20261128/changes/TX.icr").exists());
    assert_eq!(
        world.summary(20_261_128)["states"]["TX"]["changes"]["whole"],
        true
    );
    // Old summaries go too.
    world.ends(
        0,
        "prune --run-date 20270101 --keep-responses 0 --keep-summaries 36 runs",
    );
    let names = world.shell("ls runs", &[]);
    assert_eq!(
        String::from_utf8_lossy(&names.stdout),
        "20261126\n20261127\n20261128\n"
    );
    world.ends(2, "prune --keep-responses 5 --keep-summaries 4 runs");
    world.ends(3, "prune --keep-responses 5 --keep-summaries 5 in");
}

/// Two old nights and a young one.
fn three_nights() -> World {
    let world = World::sample();
    for date in [20_260_101, 20_261_101, 20_261_128] {
        world.night(date, 0, "--quiet --file-mode 0640");
    }
    world
}

const PRUNE: &str = "prune --run-date 20261129 --keep-responses 14 --keep-summaries 1000";

#[test]
fn a_prune_follows_no_link_and_a_history_counts_no_run_twice() {
    let world = three_nights();
    let before = world.ends(0, "history runs");
    world.shell(
        "cp -r runs/20260101 other; ln -s ../other runs/elsewhere; ln -s 20260101 runs/00first",
        &[],
    );
    let said = world.ends(0, &format!("{PRUNE} runs"));
    assert!(
        said.contains("00first           a link, left alone\n"),
        "{said}"
    );
    assert!(world.path("other/responses").exists());
    assert!(!world.path("runs/20260101/responses").exists());
    world.shell("rm runs/elsewhere", &[]);
    let after = world.ends(0, "history --summaries-only runs");
    assert!(after.starts_with("History of 3 runs\n"), "{after}");
    assert!(before.starts_with("History of 3 runs\n"), "{before}");
    // Its folder of responses is a link: what it leads to would stay.
    world.shell(
        "mkdir archive; cp -r other runs/20260102; mv runs/20260102/responses archive/r; ln -s ../../archive/r runs/20260102/responses",
        &[],
    );
    let said = world.ends(3, &format!("{PRUNE} runs"));
    assert!(
        said.contains("20260102          failed, as it was"),
        "{said}"
    );
    assert!(
        said.contains("runs/20260102/responses: is a link"),
        "{said}"
    );
    assert!(world.path("archive/r/TX.icr").exists());
    // A link that leads nowhere may have been the run that counts.
    world.shell("rm -r runs/20260102; ln -s gone runs/lost", &[]);
    for line in [
        PRUNE,
        "history",
        "match --out new --changes in/extracts --previous",
    ] {
        let said = world.ends(3, &format!("{line} runs"));
        assert!(
            said.contains("runs/lost: is a link that leads nowhere"),
            "{said}"
        );
    }
}

#[test]
fn the_record_of_a_prune_is_as_the_run_and_one_that_cannot_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let world = three_nights();
    world.ends(0, &format!("{PRUNE} runs"));
    let record = world.path("runs/20261101/pruned.json");
    let mode = std::fs::metadata(&record).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let text = std::fs::read(&record).unwrap();
    std::fs::write(&record, "{}").unwrap();
    for line in [
        "history runs",
        "status runs/20261101",
        "report runs/20261101",
        &format!("{PRUNE} runs"),
    ] {
        let said = world.ends(3, line);
        assert!(
            said.contains("pruned.json: is not what icr prune writes"),
            "{said}"
        );
    }
    assert_eq!(std::fs::read(&record).unwrap(), b"{}");
    world.ends(1, "verify runs/20261101");
    std::fs::write(&record, text).unwrap();
    world.ends(0, "verify runs/20261101");
}
