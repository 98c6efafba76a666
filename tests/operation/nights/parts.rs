//! `match --for`: some states' responses alone.

use super::world::World;

#[test]
fn a_late_state_is_answered_alone_from_everybodys_data() {
    let world = World::sample();
    world.night(20_261_121, 0, "--receipts");
    world.night(20_261_122, 0, "--receipts --for TX,NV");
    let names = world.shell("cd runs/20261122 && find . -type f | sort", &[]);
    assert_eq!(
        String::from_utf8_lossy(&names.stdout),
        "./manifest.json\n./receipts/TX.receipt\n./rejects/NV.fcr.csv\n./rejects/TX.csv\n./responses/TX.icr\n./summary.json\n"
    );
    assert_eq!(
        world.read("runs/20261122/responses/TX.icr"),
        world.read("runs/20261121/responses/TX.icr")
    );
    let (whole, part) = (world.summary(20_261_121), world.summary(20_261_122));
    assert_eq!(part["states"]["TX"], whole["states"]["TX"]);
    assert_eq!(part["states"].as_object().unwrap().len(), 1);
    assert_eq!(part["for"], serde_json::json!(["NV", "TX"]));
    assert_eq!(part["run"]["records"], part["states"]["TX"]["records"]);
    let california = &part["read_only"]["CA"];
    assert_eq!(
        california["records"]["read"],
        whole["states"]["CA"]["records"]["read"]
    );
    assert_eq!(
        world.json("runs/20261122/manifest.json")["options"]["for"],
        serde_json::json!(["NV", "TX"])
    );
    assert!(world.json("runs/20261121/manifest.json")["options"]["for"].is_null());
    world.ends(0, "verify runs/20261122");
    world.ends(0, "report runs/20261122");
}

#[test]
fn a_state_that_sent_nothing_cannot_be_answered() {
    let world = World::sample();
    let said = world.night(20_261_122, 3, "--for TX,ME");
    assert!(
        said.contains("--for names states of which no file came: ME"),
        "{said}"
    );
    assert!(!world.path("runs/20261122").exists());
    world.night(20_261_122, 2, "--for TX,XX");
}
