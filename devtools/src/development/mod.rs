//! The development data: accounts, every institution, some thousand made-up work units, platforms, and the applications
//! of two people. `gerbang-dev serve` writes them at the first start with an empty database.

mod accounts;
mod applications;
mod platforms;
mod work_units;

pub use accounts::{ACCOUNTS, Account, PASSWORD, SIRUP_PASSWORD};
pub use applications::{FORMER_ACCESS_AGE, fill_former, fill_supplier};
pub use platforms::{DEMO_CLIENT, DEMO_SECRET};
pub use work_units::sirup_work_unit;

use backend::{
    Backend, Result,
    master_data::import,
    seed::{self, Seed},
};
use url::Url;

/// Fills an empty database, with the platforms at `demo_url`. Does nothing if there is any account. Returns true if it
/// filled.
///
/// # Errors
/// If the database refuses.
pub async fn fill(backend: &Backend, demo_url: &Url) -> Result<bool> {
    if !seed::is_empty(backend).await? {
        return Ok(false);
    }
    import::institutions(backend, work_units::INSTITUTIONS, |_| {}).await?;
    let this_year = backend.world.today(Default::default()).year();
    import::work_units(backend, work_units::made_up_work_units(this_year).to_string().as_bytes(), |_| {}).await?;
    let accounts: Vec<seed::Account> = ACCOUNTS.iter().map(Account::seed).collect();
    let seed = Seed {
        password: PASSWORD.into(),
        accounts: &accounts,
        linked: accounts::linked_in_sirup(),
        linked_email: "pemilik.lama@contoh.go.id",
        platforms: &platforms::platforms(demo_url),
    };
    seed::write(backend, &seed).await?;
    Ok(true)
}
