//! The desk of the verifiers. Loaded only by who opens it: applicants never download it.

mod case;
mod queue;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

use crate::api::{
    ApiError,
    desk::{CaseView, QueueView},
};

/// `/verifikasi`
pub struct QueueRoute {
    data: Resource<Result<QueueView, ApiError>>,
}

#[lazy_route]
impl LazyRoute for QueueRoute {
    fn data() -> Self {
        Self { data: queue::data() }
    }

    fn view(this: Self) -> AnyView {
        queue::page(this.data)
    }
}

/// `/verifikasi/{id}`
pub struct CaseRoute {
    data: Resource<Result<CaseView, ApiError>>,
}

#[lazy_route]
impl LazyRoute for CaseRoute {
    fn data() -> Self {
        Self { data: case::data() }
    }

    fn view(this: Self) -> AnyView {
        case::page(this.data)
    }
}
