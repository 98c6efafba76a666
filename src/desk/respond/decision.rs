//! The decisions for a case and its records.

use crate::engine::confidence::Class;
use crate::engine::matching::{ReasonCode, ReasonCodes};

/// What a case needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// 02: take over Case ID (from Other State).
    pub update_case_id: Option<Written>,
    /// Another answer to the same case names a different case of the other state, so nothing is
    /// taken over or sent.
    pub answers_disagree: bool,
    /// Findings about the whole case for the worklist.
    pub listed: Vec<CaseFinding>,
    /// The codes for which a FRINF is wanted; empty if none is.
    pub wants_request: ReasonCodes,
    /// 04: a GSC14 is wanted.
    pub wants_notice: bool,
    /// What each record needs, in the order of the case's records.
    pub records: Vec<RecordDecision>,
    /// Everybody matched, and no record has another code than 00.
    pub in_sync: bool,
}

/// Where a row is written, if several answers are about one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// With this answer.
    Here,
    /// With another answer to the same case, which says the same.
    Elsewhere,
}

/// A finding about a whole case for the worklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseFinding {
    /// 01.
    NotFound,
    /// 02: the threshold is met, but these cautions apply.
    Caution(Vec<Caution>),
    /// 02: the Case ID would be taken over, but two answers disagree.
    AnswersDisagree,
    /// 03.
    County(CountyList),
    /// 04.
    ClosedThere,
}

/// A reason why a met threshold does not allow an update.
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
    /// The other state's case ID is a formula to a spreadsheet, or holds a control character.
    HarmfulCaseId,
}

/// The list for a 03.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountyList {
    /// The other state's county is 000: perhaps a central office.
    Central,
    /// No county is recorded on your case.
    NoneOfYours,
    /// The rest.
    Other,
}

/// The decision for one record.
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
    /// The row of another record of this participant says the same.
    InAnotherRow,
    /// A person must decide.
    List(RecordFinding),
}

/// The record's part in the participant's FP record, which has two additional SSNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FcrPart {
    /// It gives the FP record.
    First {
        /// The Additional SSN 2, from another record of the participant.
        second: Option<[u8; 9]>,
    },
    /// Its SSN is Additional SSN 2 of the FP record that another record gives.
    Second,
}

/// A finding about one participant for the worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFinding {
    /// 06: a child under age.
    MinorMissing,
    /// 06: a child without a valid date of birth.
    AgelessMissing,
    /// 06: a participant without a type.
    TypelessMissing,
    /// 07, but the SSN must not be updated.
    NoSsn(SsnDoubt),
    /// 08, but the SSN must not be updated.
    OtherSsn(SsnDoubt),
    /// Found in doubt, and your own SSN is not usable, so it is unknown whose SSN is whose.
    InDoubt,
}

/// A reason why an SSN of the other state is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SsnDoubt {
    /// Theirs is not verified, or its verification is unknown.
    TheirsUnverified,
    /// Yours is verified, or its verification is unknown: only an N is replaced (08).
    YoursStands,
    /// An adult's, and the CP or NP Match Indicator is not Y.
    Indicators,
    /// The field holds no usable SSN.
    Unusable,
    /// By the counts of the answer, no participant of this class matched, so the record contradicts
    /// the case.
    NotCounted,
    /// The counterpart was found in doubt or by a second look, and then its SSN must not be used.
    NotHandedOut,
    /// Another participant of your case already has the SSN.
    OnAnother,
    /// Two participants of your case, who are different persons, would get the SSN.
    OfTwoPersons,
    /// Another answer about the participant gives another SSN.
    AnswersDisagree,
    /// Two other SSNs have been added already.
    TwoAdded,
}
