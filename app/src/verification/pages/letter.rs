//! The letter of the open case.

use domain::{
    indonesian::size,
    verification::{CaseFile, CaseLetter},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::components::Icon;

/// Widths of a page in pixels, by zoom. The server draws no others.
const WIDTHS: [u16; 3] = [900, 1200, 1800];

/// Seconds until a missing page is requested again, and once more: the server may be busy with other letters. It remembers
/// for a minute which pages cannot be drawn.
#[cfg(feature = "hydrate")]
const PAUSES: [u32; 2] = [5, 15];

/// The letter: all pages below each other, drawn by the server, with zoom and rotation.
#[component]
pub fn LetterPane(
    case: Signal<CaseFile>,
    /// Address of the queue, for a narrow screen.
    back: Signal<String>,
) -> impl IntoView {
    let zoom = RwSignal::new(1usize);
    let turn = RwSignal::new(0u16);
    let label = case.with_untracked(|case| case.role.info().letter);
    let document = Memo::new(move |_| case.with(|case| (case.id, case.document.clone())));
    let pages = move || document.with(|(_, document)| document.pages);
    let sheets = move || {
        let id = document.with(|(_, document)| document.id);
        (0..pages()).map(|page| (id, page)).collect::<Vec<_>>()
    };
    view! {
        <section class="pane letter" aria-label="Surat" data-zoom=move || zoom.get().to_string() data-turn=move || turn.get().to_string()>
            <div class="bar row">
                <a class="btn btn--quiet btn--icon back" href=move || back.get() aria-label="Kembali ke antrean">
                    <Icon name="back" />
                </a>
                <b>{label}</b>
                <span class="sub num">{move || document.with(|(_, document)| format!("{} halaman · {}", document.pages, size(document.bytes)))}</span>
                <LetterTools zoom turn document />
            </div>
            <div class="sheets" tabindex="0" role="group" aria-label="Halaman surat">
                <For each=sheets key=|sheet| *sheet let:sheet>
                    <Sheet base=Signal::derive(move || document.with(address)) page=sheet.1 of=Signal::derive(pages) zoom />
                </For>
            </div>
        </section>
    }
    .into_any()
}

/// The address of a letter, without a page.
fn address((case, document): &(Uuid, CaseLetter)) -> String {
    format!("/verifikasi/{case}/surat/{}/{}", document.id, document.version)
}

/// Page by page, zoom, rotation, download.
#[component]
fn LetterTools(zoom: RwSignal<usize>, turn: RwSignal<u16>, document: Memo<(Uuid, CaseLetter)>) -> impl IntoView {
    let percent = move || ["75 %", "100 %", "150 %"][zoom.get().min(2)];
    view! {
        <span class="row push tools">
            <button id="halaman-sebelum" class="btn btn--quiet btn--icon scripted" type="button" aria-label="Halaman sebelumnya" on:click=move |_| turn_page(-1)>
                <Icon name="left" small=true />
            </button>
            <button id="halaman-berikut" class="btn btn--quiet btn--icon scripted" type="button" aria-label="Halaman berikutnya" on:click=move |_| turn_page(1)>
                <Icon name="right" small=true />
            </button>
            <button
                id="perkecil"
                class="btn btn--quiet btn--icon scripted"
                type="button"
                aria-label="Perkecil"
                aria-disabled=move || (zoom.get() == 0).then_some("true")
                on:click=move |_| zoom.update(|zoom| *zoom = zoom.saturating_sub(1))
            >
                <Icon name="zoomout" />
            </button>
            <span class="sub num scripted" role="status">{percent}</span>
            <button
                id="perbesar"
                class="btn btn--quiet btn--icon scripted"
                type="button"
                aria-label="Perbesar"
                aria-disabled=move || (zoom.get() == 2).then_some("true")
                on:click=move |_| zoom.update(|zoom| *zoom = (*zoom + 1).min(2))
            >
                <Icon name="zoomin" />
            </button>
            <button
                id="putar"
                class="btn btn--quiet btn--icon scripted"
                type="button"
                aria-label="Putar"
                on:click=move |_| turn.update(|turn| *turn = (*turn + 90) % 360)
            >
                <Icon name="rotate" />
            </button>
            <a
                class="btn btn--quiet btn--icon"
                href=move || format!("{}/asli", document.with(address))
                rel="external"
                download=""
                aria-label=move || document.with(|(_, document)| format!("Unduh berkas asli {}", document.file_name))
            >
                <Icon name="download" />
            </a>
        </span>
    }
    .into_any()
}

/// The requests for the picture of one page. Cheap to copy.
#[derive(Clone, Copy)]
struct PageRequests {
    /// The page could not be loaded.
    failed: RwSignal<bool>,
    /// Notified to request the page again.
    again: Trigger,
    last: StoredValue<LastRequest>,
}

#[derive(Default)]
struct LastRequest {
    address: String,
    retries: usize,
    /// Increases with every request.
    number: u32,
}

impl PageRequests {
    fn new() -> Self {
        Self { failed: RwSignal::new(false), again: Trigger::new(), last: StoredValue::default() }
    }

    /// The source of the next request for the page at this address.
    fn source(self, address: String) -> String {
        let source = self.last.try_update_value(|last| {
            if last.address != address {
                last.address.clone_from(&address);
                last.retries = 0;
            }
            last.number += 1;
            // The browser requests only another address again; the server ignores the added parameter.
            if last.retries == 0 { address } else { format!("{address}&coba={}", last.retries) }
        });
        source.unwrap_or_default()
    }

    /// Called when the page could not be loaded. If its address has changed, the page is requested again at once.
    fn fail(self, address: &str) {
        if self.last.with_value(|last| last.address != address) {
            self.again.notify();
            return;
        }
        self.failed.set(true);
        self.retry();
    }

    /// Requests the page again after a pause.
    fn retry(self) {
        #[cfg(feature = "hydrate")]
        {
            let (retries, number) = self.last.with_value(|last| (last.retries, last.number));
            let Some(seconds) = PAUSES.get(retries) else { return };
            let ask = move || {
                // Unless it was requested since, or the page is gone.
                let is_last = self.last.try_update_value(|last| {
                    let is_last = last.number == number;
                    last.retries += usize::from(is_last);
                    is_last
                });
                if is_last == Some(true) {
                    self.again.notify();
                }
            };
            gloo_timers::callback::Timeout::new(seconds * 1000, ask).forget();
        }
    }
}

/// One page. A page that fails says so in its place and is requested again. A shown page stays when the version of the case
/// changes; a page that comes into view later uses the current address.
#[component]
fn Sheet(base: Signal<String>, page: u32, of: Signal<u32>, zoom: RwSignal<usize>) -> impl IntoView {
    let requests = PageRequests::new();
    let failed = requests.failed;
    let image = NodeRef::<leptos::html::Img>::new();
    let address = move || format!("{}/{page}.png?lebar={}", base.get_untracked(), WIDTHS[zoom.get_untracked().min(2)]);
    // An error before script runs fires no event.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if image.get().is_some_and(|image| image.complete() && image.natural_width() == 0) {
            requests.fail(&address());
        }
    });
    let source = move || {
        requests.again.track();
        zoom.track();
        requests.source(address())
    };
    view! {
        <figure class="sheet" id=format!("hal-{}", page + 1)>
            <img
                node_ref=image
                src=source
                alt=move || format!("Surat, halaman {} dari {}", page + 1, of.get())
                // A hidden lazy image would never be requested.
                loading=move || if page == 0 || failed.get() { "eager" } else { "lazy" }
                width="900"
                height="1273"
                hidden=failed
                on:error=move |_| requests.fail(&address())
                on:load=move |_| failed.set(false)
            />
            {move || failed.get().then(|| view! {
                <figcaption class="stack empty">
                    <Icon name="alert" tile=true />
                    <b>{format!("Halaman {} tidak dapat digambar", page + 1)}</b>
                    <a href=move || format!("{}/asli", base.get()) rel="external" download="">"Unduh berkas asli"</a>
                </figcaption>
            })}
        </figure>
    }
}

/// Scrolls to the page before (-1) or after (1) the one in view.
fn turn_page(by: i32) {
    #[cfg(feature = "hydrate")]
    {
        let document = document();
        let Some(pane) = document.query_selector(".sheets").ok().flatten() else { return };
        let top = pane.get_bounding_client_rect().top();
        let mut sheets: Vec<web_sys::Element> = Vec::new();
        let mut next = pane.first_element_child();
        while let Some(sheet) = next {
            next = sheet.next_element_sibling();
            sheets.push(sheet);
        }
        // The page in view is the last whose top is not below the pane's. At the end it is the last page, which may be too
        // short to get there.
        let is_at_end = pane.scroll_top() + pane.client_height() >= pane.scroll_height() - 1;
        let reached = |sheet: &web_sys::Element| is_at_end || sheet.get_bounding_client_rect().top() <= top + 32.0;
        let current = sheets.iter().rposition(reached).unwrap_or(0);
        let next = i32::try_from(current).unwrap_or(0).saturating_add(by);
        if let Some(sheet) = usize::try_from(next).ok().and_then(|next| sheets.get(next)) {
            sheet.scroll_into_view();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = by;
}
