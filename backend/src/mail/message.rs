//! Which mails there are, and what each of them needs to know. Their sentences are in `backend/templates/mail/`.

use domain::{permission::StaffRole, role::Role, validity::Validity, verification::Mark};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::templates::{filters, mails};

mails! {
    /// Somebody signed up; the link confirms the address. It goes to an address that a stranger may have typed, so it says
    /// nothing else that they typed.
    ConfirmEmail { token: String }
        => "mail/confirm_email/subject.txt", "mail/confirm_email/body.txt", "mail/confirm_email/body.html";
    /// Somebody signed up with an address that already has an account.
    AlreadyRegistered { name: String }
        => "mail/already_registered/subject.txt", "mail/already_registered/body.txt",
           "mail/already_registered/body.html";
    /// A person forgot the password; the link sets a new one.
    ResetPassword { name: String, token: String }
        => "mail/reset_password/subject.txt", "mail/reset_password/body.txt", "mail/reset_password/body.html";
    /// Somebody asked for a new password with an address that has no account.
    NoAccount
        => "mail/no_account/subject.txt", "mail/no_account/body.txt", "mail/no_account/body.html";
    /// The password was changed, at an instant in the person's zone; a mail that an older version wrote does not know it.
    PasswordChanged { name: String, at: Option<String> }
        => "mail/password_changed/subject.txt", "mail/password_changed/body.txt", "mail/password_changed/body.html";
    /// Somebody signed in from a device that the account does not know, at an instant in the person's zone.
    NewDevice { name: String, device: String, address: String, at: String }
        => "mail/new_device/subject.txt", "mail/new_device/body.txt", "mail/new_device/body.html";
    /// A SiRUP account was linked with the person, at an instant in their zone.
    SirupLinked { name: String, at: String }
        => "mail/sirup_linked/subject.txt", "mail/sirup_linked/body.txt", "mail/sirup_linked/body.html";
    /// An application was submitted (guide step 13). The verdict is promised for `due` at the latest.
    Submitted { name: String, case: Case, due: ::time::Date }
        => "mail/submitted/subject.txt", "mail/submitted/body.txt", "mail/submitted/body.html";
    /// An application was approved (guide step 14).
    Approved { name: String, case: Case }
        => "mail/approved/subject.txt", "mail/approved/body.txt", "mail/approved/body.html";
    /// An application was rejected (guide step 15).
    Rejected { name: String, case: Case, reason: String }
        => "mail/rejected/subject.txt", "mail/rejected/body.txt", "mail/rejected/body.html";
    /// An application was returned for repair (**Minta Perbaikan**). `text` is the remark on the whole application.
    Returned { name: String, case: Case, marks: Vec<Mark>, text: Option<String> }
        => "mail/returned/subject.txt", "mail/returned/body.txt", "mail/returned/body.html";
    /// A decided application was reopened. `revoked`: this takes an access away.
    Reopened { name: String, case: Case, reason: String, revoked: bool }
        => "mail/reopened/subject.txt", "mail/reopened/body.txt", "mail/reopened/body.html";
    /// An access ends in `days` days; 0 is today.
    AccessEnding { name: String, access: Uuid, role: Role, work_unit: String, last_day: ::time::Date, days: i64 }
        => "mail/access_ending/subject.txt", "mail/access_ending/body.txt", "mail/access_ending/body.html";
    /// A draft that was not sent ends on `last_day`, unless it is changed. `place`: the chosen work unit.
    DraftEnding { name: String, application: Uuid, role: Role, place: Option<String>, last_day: ::time::Date }
        => "mail/draft_ending/subject.txt", "mail/draft_ending/body.txt", "mail/draft_ending/body.html";
    /// Somebody is invited to the staff; the link creates the account.
    StaffInvited { invited_by: String, role: StaffRole, token: String }
        => "mail/staff_invited/subject.txt", "mail/staff_invited/body.txt", "mail/staff_invited/body.html";
    /// A person with an account became a member of the staff.
    StaffRoleGiven { name: String, role: StaffRole }
        => "mail/staff_role_given/subject.txt", "mail/staff_role_given/body.txt", "mail/staff_role_given/body.html";
    /// A person lost what a staff role allowed, at an instant in their zone; `now` is the role that they have instead.
    StaffRoleLost { name: String, before: StaffRole, now: Option<StaffRole>, at: String }
        => "mail/staff_role_lost/subject.txt", "mail/staff_role_lost/body.txt", "mail/staff_role_lost/body.html";
    /// To an administrator: the check list of this role is empty, so a verifier cannot approve its applications.
    CheckListEmpty { name: String, role: Role }
        => "mail/check_list_empty/subject.txt", "mail/check_list_empty/body.txt", "mail/check_list_empty/body.html";
    /// To whoever keeps anchors of the audit trail. `line` is an anchor as JSON.
    AuditAnchor { events: String, time: String, line: String }
        => "mail/audit_anchor/subject.txt", "mail/audit_anchor/body.txt", "mail/audit_anchor/body.html";
    /// To the help desk: a message from the help form. `account` is the address of the sender's account; without it, name
    /// and address are typed too.
    HelpRequest {
        reference: String,
        account: Option<String>,
        name: String,
        email: String,
        context: String,
        message: String,
    }
        => "mail/help_request/subject.txt", "mail/help_request/body.txt", "mail/help_request/body.html";
    /// To the sender of the help form: a copy of the message.
    HelpReceived { name: String, reference: String, message: String }
        => "mail/help_received/subject.txt", "mail/help_received/body.txt", "mail/help_received/body.html";
}

/// What mails about an application say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Of the application.
    pub id: Uuid,
    /// The number of the application, as people see it.
    pub reference: String,
    pub role: Role,
    /// Name of the work unit; for a Penyedia, of the company.
    pub work_unit: String,
    /// Name of the institution; for a Penyedia, the number of the company.
    pub institution: String,
    /// `None` for a Penyedia before the approval.
    pub validity: Option<Validity>,
}

impl Case {
    /// What the applicant is to repair, one line each: the remark on the whole application, then each marked field.
    fn repairs(&self, remark: Option<&str>, marks: &[Mark]) -> String {
        let marked = marks.iter().map(|mark| format!("{}: {}", mark.field.label(self.role), mark.note));
        remark.map(str::to_owned).into_iter().chain(marked).collect::<Vec<_>>().join("\n")
    }
}

impl Mail {
    /// The mail with the token of its link emptied.
    pub(super) fn without_secret(mut self) -> Self {
        if let Self::ConfirmEmail { token, .. } | Self::ResetPassword { token, .. } | Self::StaffInvited { token, .. } =
            &mut self
        {
            token.clear();
        }
        self
    }

    /// The address for replies, if it differs from the sender's.
    pub(super) fn reply_to(&self) -> Option<&str> {
        match self {
            Self::HelpRequest { email, .. } => Some(email),
            _ => None,
        }
    }
}
