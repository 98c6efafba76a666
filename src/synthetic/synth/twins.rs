//! Twins whom a careless look takes for one child: born on one day, of one sex, their first names
//! nearly the same, their SSNs neighbours, as SSA issues them when both are applied for at birth.

use super::draws::Draws;
use super::family::{People, Person, Shape, purpose};
use super::kinds::Kind;
use super::noise::mistype_name;
use super::setting::Setting;
use super::ssn::SsnAllotment;
use super::text::Text;

/// The people of a family, the first two children perhaps such twins.
pub(super) fn draw_people(setting: &Setting<'_>, family: u64, shape: &Shape) -> People {
    let mut people = People::draw(setting.seed, family, shape.story, &setting.allotment);
    let mut draws = setting.draws(family, purpose::TWINS, 0);
    let happens = draws.happens(setting.profile.rate(Kind::TwinsAlike));
    if let Some([first, second]) = people.first_children().filter(|_| happens) {
        make(&mut draws, first, second, &setting.allotment);
        people.twins_alike = true;
    }
    people
}

/// Makes a child the twin of another.
fn make(draws: &mut Draws, first: &Person, second: &mut Person, allotment: &SsnAllotment) {
    second.birth = first.birth;
    second.female = first.female;
    second.first = mistype_name(draws, &first.first);
    // A twin's middle name begins otherwise, or is not given.
    if second.middle.as_bytes().first() == first.middle.as_bytes().first() {
        second.middle = Text::default();
    }
    let serial = first.ssn % 10_000;
    let neighbours = (1..9).filter(|step| serial + step <= 9999);
    let mut free = neighbours
        .map(|step| first.ssn + step)
        .filter(|&ssn| allotment.is_free(ssn));
    if let Some(ssn) = free.next() {
        second.ssn = ssn;
    }
}
