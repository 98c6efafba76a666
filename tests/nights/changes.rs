//! `match --changes`: applied night after night, they give the last response.

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
