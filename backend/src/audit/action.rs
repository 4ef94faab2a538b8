//! The actions of the audit trail.

macro_rules! actions {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal),+ $(,)?) => {
        /// What was done. Each variant has the text that is stored for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])+ $variant),+
        }

        impl Action {
            /// The stored text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The action of a stored text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

actions! {
    /// An account was made: an address was confirmed or an invitation accepted.
    AccountConfirmed = "account_confirmed",
    /// Somebody signed in.
    SignedIn = "signed_in",
    /// Somebody signed out.
    SignedOut = "signed_out",
    /// A forgotten password was replaced by the link of a mail.
    PasswordReset = "password_reset",
    /// A password was changed by its owner.
    PasswordChanged = "password_changed",
    /// Name, number, telephone or zone of a profile was changed. Detail: the old and the new value, except of a telephone.
    ProfileChanged = "profile_changed",
    /// A session was ended from the list of sessions.
    SessionEnded = "session_ended",
    /// A draft was started.
    DraftStarted = "draft_started",
    /// A person was told that a draft will end.
    DraftEndAnnounced = "draft_end_announced",
    /// A draft ended by itself, long after its last change.
    DraftLapsed = "draft_lapsed",
    /// A SiRUP account was linked to a draft.
    SirupLinked = "sirup_linked",
    /// A draft continues without SiRUP.
    NewAccessConfirmed = "new_access_confirmed",
    /// A letter was uploaded.
    LetterTaken = "letter_taken",
    /// A letter was removed from a draft.
    LetterRemoved = "letter_removed",
    /// An application was submitted, for the first time or again.
    ApplicationSubmitted = "application_submitted",
    /// An application was withdrawn, or a draft discarded.
    ApplicationWithdrawn = "application_withdrawn",
    /// A verifier opened a case. Detail: which part of it.
    CaseViewed = "case_viewed",
    /// A verifier claimed a case.
    CaseClaimed = "case_claimed",
    /// A verifier released a case.
    CaseReleased = "case_released",
    /// A lease expired.
    LeaseEnded = "lease_ended",
    /// A supervisor took a case over from its holder. Detail: the reason.
    CaseTakenOver = "case_taken_over",
    /// An application was approved.
    ApplicationApproved = "application_approved",
    /// An application was rejected. Detail: the reason.
    ApplicationRejected = "application_rejected",
    /// An application was returned for repair. Detail: the marks.
    ApplicationReturned = "application_returned",
    /// A verdict was undone (**Urungkan**).
    VerdictUndone = "verdict_undone",
    /// A supervisor reopened a decided case. Detail: the reason.
    CaseReopened = "case_reopened",
    /// An access was revoked.
    AccessRevoked = "access_revoked",
    /// A person was reminded that an access ends. Detail: the days left.
    AccessReminded = "access_reminded",
    /// A message was sent to the help desk.
    HelpRequested = "help_requested",
    /// Somebody was invited to the staff, or the invitation was withdrawn.
    StaffInvited = "staff_invited",
    /// A role that needs a second administrator was proposed, or the proposal was withdrawn. Detail: address, role, scope.
    StaffRoleProposed = "staff_role_proposed",
    /// A second administrator confirmed a proposal. Detail: address, role, scope, and who proposed it.
    StaffRoleConfirmed = "staff_role_confirmed",
    /// Role or scope of a member of the staff was changed.
    StaffRoleChanged = "staff_role_changed",
    /// An account was disabled; its sessions ended.
    AccountDisabled = "account_disabled",
    /// An account was enabled again.
    AccountEnabled = "account_enabled",
    /// Reasons, check lists or holidays were changed.
    SettingsChanged = "settings_changed",
    /// Parked mails were put back into the queue: one, or all of a cause. Detail of all: the cause and the number.
    MailResent = "mail_resent",
    /// A platform was added. Detail: its name in addresses.
    PlatformCreated = "platform_created",
    /// A platform was changed, closed or opened, or its secrets were changed. Detail: what.
    PlatformChanged = "platform_changed",
    /// A version of a platform's terms was published.
    TermsPublished = "terms_published",
    /// A person accepted a version of terms. Detail: the access.
    TermsAccepted = "terms_accepted",
    /// An administrator downloaded the acceptances of a platform.
    AcceptancesExported = "acceptances_exported",
    /// A person chose an access for a platform.
    PlatformChosen = "platform_chosen",
    /// A person entered a platform. Detail: the access and the grant.
    PlatformEntered = "platform_entered",
    /// A person ended their sessions at a platform. Detail: how many.
    PlatformDisconnected = "platform_disconnected",
    /// Grants at platforms ended by time, or because a code or token was misused or revoked. Detail: why, and how many
    /// grants.
    EntryEnded = "entry_ended",
    /// A signing key was made. Detail: its id.
    KeyMade = "key_made",
    /// The key that signs anchors of this trail was made. Detail: its public half.
    AnchorKeyMade = "anchor_key_made",
}
