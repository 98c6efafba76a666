//! What is decided for a case and its records.

use crate::engine::confidence::Class;
use crate::engine::matching::{ReasonCode, ReasonCodes};

/// What a case needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// 02: take over Case ID (from Other State).
    pub update_case_id: Option<Written>,
    /// Another answer to the same case names another case of the other state: nothing is taken over
    /// or sent.
    pub answers_disagree: bool,
    /// What a person must look at for the whole case.
    pub listed: Vec<CaseFinding>,
    /// The codes for which a FRINF is wanted; none where it is empty.
    pub wants_request: ReasonCodes,
    /// 04: a GSC14 is wanted.
    pub wants_notice: bool,
    /// What each record needs, in the order of the case's records.
    pub records: Vec<RecordDecision>,
    /// Everybody matched, and no record bears anything but 00.
    pub in_sync: bool,
}

/// Where a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// For this case.
    Here,
    /// For another answer to the same case, which says the same.
    Elsewhere,
}

/// Something about a whole case for the worklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseFinding {
    /// 01.
    NotFound,
    /// 02, the threshold is met, but these cautions stand.
    Caution(Vec<Caution>),
    /// 02 would be taken over, but two answers disagree.
    AnswersDisagree,
    /// 03.
    County(CountyList),
    /// 04.
    ClosedThere,
}

/// Why a met threshold is not enough for an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caution {
    /// FCR-Supplied Indicator Y.
    FcrSupplied,
    /// CP Match Indicator N.
    CpNotMatched,
    /// NP Match Indicator N.
    NpNotMatched,
    /// Multiple Case Indicator Y.
    MultipleCase,
    /// Another case of yours was answered with the same case.
    ClaimedTwice,
    /// Answers of this class were right less often than the policy asks.
    ShareRight(Class),
    /// Case ID (from Other State) is blank: there is nothing to take over.
    NoCaseId,
}

/// Which list a 03 goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountyList {
    /// The other state's county is 000: perhaps a central office.
    Central,
    /// No county is recorded on your case.
    NoneOfYours,
    /// The rest.
    Other,
}

/// What one record needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordDecision {
    /// Nothing of its own.
    Nothing,
    /// 06 of an adult: a FRINF is wanted.
    Ask,
    /// 07, or 08 with the policy "replace": the SSN is updated.
    UpdateSsn(ReasonCode),
    /// 08: theirs is added as an additional SSN.
    AddSsn(FcrPart),
    /// The row of another record of the participant says the same.
    InAnotherRow,
    /// A person must look.
    List(RecordFinding),
}

/// What the record is of the participant's FP record, which holds two additional SSNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FcrPart {
    /// It makes the record.
    First {
        /// The Additional SSN 2, of another record of the participant.
        second: Option<[u8; 9]>,
    },
    /// Its SSN is Additional SSN 2 of the record that another makes.
    Second,
}

/// Something about one participant for the worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFinding {
    /// 06: a child under age.
    MinorMissing,
    /// 06: a child without a valid date of birth.
    AgelessMissing,
    /// 06: a participant without a type.
    TypelessMissing,
    /// 07 that must not be updated.
    NoSsn(SsnDoubt),
    /// 08 that must not be updated.
    OtherSsn(SsnDoubt),
    /// Found in doubt, and your own SSN is not usable: nobody can tell whose SSN is whose.
    InDoubt,
}

/// Why an SSN of the other state is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SsnDoubt {
    /// Theirs is not verified, or nobody says.
    TheirsUnverified,
    /// Yours is verified, or nobody says: only N gives way (08).
    YoursStands,
    /// An adult's, and the CP or NP indicator is not Y.
    Indicators,
    /// The field holds no usable SSN.
    Unusable,
    /// By the counts of the answer no participant of this class matched, so this one did not.
    NotCounted,
    /// It was found in doubt or by a second look, which hands out no SSN.
    NotHandedOut,
    /// The SSN already stands on another participant of your case.
    OnAnother,
    /// The SSN would come to two participants of your case who are other persons.
    OfTwoPersons,
    /// Another answer about the participant gives another SSN.
    AnswersDisagree,
    /// Two other SSNs are added already.
    TwoAdded,
}
