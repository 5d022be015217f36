//! The search field: completion while typing, what is wrong under the character, and what was found.

use egui::text::{CCursor, CCursorRange};
use egui::{
    Align2, EventFilter, Frame, Id, Key, Margin, Modifiers, Popup, PopupCloseBehavior, Rect, RichText, Role,
    ScrollArea, Sense, Stroke, StrokeKind, TextEdit, WidgetInfo, vec2,
};

use super::events::summary;
use super::top_bar::child;
use super::{ViewState, icons, keys, text, theme};
use crate::app::actions::action;
use crate::app::{App, Command, Direction, Document, Focus};
use crate::job::{Slot, StoreKey};
use crate::query::{self, Completion, Scope, Vocabulary};

/// How long after the last letter a search begins by itself, in seconds.
const PAUSE: f64 = 0.3;

/// What is typed into the field.
#[derive(Default)]
pub struct SearchView {
    text: String,
    /// When the text was changed, while it is not searched for yet.
    changed: Option<f64>,
    /// Which suggestion is chosen, none at first: Enter searches.
    selected: Option<usize>,
    /// Suggestions were put away for this text, or asked for where the text is empty.
    closed_for: Option<String>,
    asked_for: bool,
    /// Enter was pressed for this text: the next one goes from hit to hit.
    entered: bool,
    open: bool,
    completion: Option<(String, usize, (StoreKey, u64), Completion)>,
}

/// Keys that suggestions take before the field sees them.
#[derive(Default)]
struct Taken {
    up: bool,
    down: bool,
    accept: bool,
    close: bool,
}

/// The field.
pub(super) fn search_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    document: &Document,
    app: &App,
    view: &mut ViewState,
    queue: &mut Vec<Command>,
) {
    let tokens = theme::tokens(ui);
    let search = &document.search;
    let focus = view.focus == Some(Focus::Search);
    let view = &mut view.search;
    let id = Id::unique("search field");
    let focused = ui.memory(|memory| memory.has_focus(id));
    if !focused && view.changed.is_none() && view.text != search.text {
        view.text.clone_from(&search.text);
    }
    let taken = take_keys(ui, view, focused);
    let problem = search.problem.as_ref().filter(|_| search.text == view.text);
    let edge = match (focused, problem.is_some()) {
        (true, _) => Stroke::new(2.0, tokens.focus),
        (false, true) => Stroke::new(1.0, tokens.bad),
        (false, false) => Stroke::new(1.0, tokens.hairline),
    };
    ui.painter().rect(rect, theme::RADIUS, tokens.raised, edge, StrokeKind::Inside);
    let glass = Rect::from_center_size(egui::pos2(rect.left() + 16.0, rect.center().y), vec2(14.0, 14.0));
    icons::paint(ui, glass, icons::SEARCH, theme::ICON_SMALL, tokens.secondary);

    // What stands at the right is laid out first: the words get what is left. It is drawn after the field, so that
    // Tab goes through them in the order in which they are seen.
    let right = Right::of(ui, rect, view, document, focused);
    let inner = Rect::from_min_max(egui::pos2(rect.left() + 28.0, rect.top()), egui::pos2(right.left, rect.bottom()));
    let hint = if inner.width() > 110.0 { "Search events…" } else { "Search…" };
    let output = child(ui, inner, |ui| {
        TextEdit::singleline(&mut view.text)
            .id(id)
            .hint_text(hint)
            .frame(Frame::NONE.inner_margin(Margin::symmetric(2, 4)))
            .align(Align2::LEFT_CENTER)
            .desired_width((inner.width() - 4.0).max(10.0))
            .event_filter(EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                tab: view.open && view.selected.is_some(),
                escape: view.open,
            })
            .show(ui)
    });
    let response = output.response.response.accessible_name("Search events");
    if focus {
        response.request_focus();
        super::keys::select_all(ui, response.id, &view.text);
    }
    if response.gained_focus() || focus {
        queue.push(Command::WantVocabulary);
        view.closed_for = None;
    }
    let now = ui.input(|input| input.time);
    if response.changed() {
        view.changed = Some(now);
        view.selected = None;
        (view.asked_for, view.entered) = (false, false);
    }
    right.ui(ui, rect, view, document, queue);
    let entered = keys::entered(ui, &response);
    if entered {
        // The first time it only asks: the cursor moves when that is entered again.
        let known = view.text == search.text && view.changed.is_none();
        if known && view.entered {
            queue.push(Command::NextHit(Direction::Forward));
        } else if !known {
            view.changed = None;
            queue.push(Command::Search(view.text.clone()));
        }
        view.entered = true;
        view.closed_for = Some(view.text.clone());
        response.request_focus();
    }
    if let Some(changed) = view.changed {
        let left = changed + PAUSE - now;
        if left <= 0.0 || view.text.trim().is_empty() {
            view.changed = None;
            queue.push(Command::Search(view.text.clone()));
        } else {
            ui.request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
    }
    progress_ui(ui, rect, app);
    let caret = output.cursor_range.map_or(view.text.chars().count(), |range| range.primary.index.0);
    let caret = view.text.char_indices().nth(caret).map_or(view.text.len(), |(at, _)| at);
    below_ui(ui, &response, rect, caret, &taken, document, view);
}

fn take_keys(ui: &egui::Ui, view: &SearchView, focused: bool) -> Taken {
    if !focused {
        return Taken::default();
    }
    ui.input_mut(|input| {
        let mut take = |key, wanted: bool| wanted && input.consume_key(Modifiers::NONE, key);
        let chosen = view.open && view.selected.is_some();
        Taken {
            down: take(Key::ArrowDown, true),
            up: take(Key::ArrowUp, view.open),
            // Both keys go on as usual while nothing is chosen.
            accept: take(Key::Enter, chosen) || take(Key::Tab, chosen),
            close: take(Key::Escape, view.open),
        }
    })
}

/// What stands at the right of the field.
struct Right {
    left: f32,
    count: Option<String>,
    clear: bool,
    info: bool,
    hint: bool,
}

impl Right {
    fn of(ui: &egui::Ui, rect: Rect, view: &SearchView, document: &Document, focused: bool) -> Self {
        let search = &document.search;
        let found = search.is_active() && search.problem.is_none() && view.text == search.text;
        let number = text::grouped(search.hits.len());
        let count = found.then(|| match search.current {
            Some(at) if at < search.hits.len() => format!("{}/{number}", text::grouped(at + 1)),
            _ => number,
        });
        let clear = !view.text.is_empty();
        let info = rect.width() > 150.0 && (focused || rect.width() > 230.0);
        let hint = !focused && view.text.is_empty() && rect.width() > 240.0;
        let mut left = rect.right() - 4.0;
        if let Some(count) = &count {
            left -= super::top_bar::width_of(ui, count, theme::mono(theme::SMALL)) + 18.0;
        }
        left -= if clear { 24.0 } else { 0.0 } + if info { 24.0 } else { 0.0 } + if hint { 44.0 } else { 0.0 };
        Self { left, count, clear, info, hint }
    }

    fn ui(&self, ui: &mut egui::Ui, rect: Rect, view: &mut SearchView, document: &Document, queue: &mut Vec<Command>) {
        let tokens = theme::tokens(ui);
        let mut left = self.left;
        let mut place = |width: f32| {
            let place = Rect::from_min_size(egui::pos2(left, rect.top()), vec2(width, rect.height()));
            left += width;
            place
        };
        if let Some(count) = &self.count {
            let width = super::top_bar::width_of(ui, count, theme::mono(theme::SMALL)) + 18.0;
            let place = place(width);
            let response = ui.interact(place, ui.scope_id().with("hits"), Sense::click());
            let some = !document.search.hits.is_empty();
            let words = match (some, document.search.is_running()) {
                (true, _) => format!("{count} found: go to the next"),
                (false, true) => "Nothing found yet".to_owned(),
                (false, false) if document.search.failure.is_some() => "Nothing found before it stopped".to_owned(),
                (false, false) => "Nothing found".to_owned(),
            };
            response.widget_info(|| WidgetInfo::labeled(Role::Button, some, &words));
            let lit = response.hovered() && some;
            let pill = place.shrink2(vec2(3.0, 5.0));
            let fill = if lit { tokens.selection } else { tokens.panel };
            ui.painter().rect(pill, 7, fill, Stroke::new(1.0, tokens.hairline), StrokeKind::Inside);
            let colour = if some { tokens.text } else { tokens.secondary };
            ui.painter().text(place.center(), Align2::CENTER_CENTER, count, theme::mono(theme::SMALL), colour);
            theme::focus_ring(ui, &response);
            if response.clicked() && some {
                queue.push(Command::NextHit(Direction::Forward));
            }
            response.on_hover_ui(|ui| {
                ui.label(summary(&document.search, document.opened.log.len()));
                if some {
                    ui.label(RichText::new("Click for the next one (F3)").color(tokens.secondary));
                }
            });
        }
        if self.clear {
            let place = place(24.0);
            let clear = small_icon(ui, place, icons::CLOSE, "Clear the search", "clear search");
            if clear.clicked() {
                view.text.clear();
                view.changed = None;
                queue.push(Command::ClearSearch);
            }
        }
        if self.info {
            let place = place(24.0);
            let info = small_icon(ui, place, icons::INFO, "How to search", "search help");
            Popup::menu(&info).close_behavior(PopupCloseBehavior::CloseOnClickOutside).gap(8.0).show(syntax_ui);
        }
        if self.hint {
            let place = place(44.0);
            let keys = action("search").map_or_else(String::new, |action| keys::shortcut_text(ui, action));
            let font = theme::words(theme::SMALL);
            ui.painter().text(place.center(), Align2::CENTER_CENTER, keys, font, tokens.secondary);
        }
    }
}

fn small_icon(ui: &mut egui::Ui, rect: Rect, glyph: &str, name: &str, id: &str) -> egui::Response {
    let tokens = theme::tokens(ui);
    let response = ui.interact(rect, ui.scope_id().with(id), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let lit = response.hovered() || response.has_focus();
    let colour = if lit { tokens.text } else { tokens.secondary };
    icons::paint(ui, rect, glyph, theme::ICON_SMALL, colour);
    theme::focus_ring(ui, &response);
    response
}

/// A thin line along the field's foot while it is looked for.
fn progress_ui(ui: &egui::Ui, rect: Rect, app: &App) {
    let Some(running) = app.running.iter().find(|running| running.slot == Slot::Search) else { return };
    let tokens = theme::tokens(ui);
    let (done, total) = running.progress.counts();
    let share = if total == 0 { 0.0 } else { (done as f32 / total as f32).clamp(0.0, 1.0) };
    let from = egui::pos2(rect.left() + 4.0, rect.bottom() - 3.0);
    let line = Rect::from_min_size(from, vec2((rect.width() - 8.0) * share, 2.0));
    ui.painter().rect_filled(line, 1, tokens.focus);
}

/// Suggestions, and what is wrong, below the field.
fn below_ui(
    ui: &egui::Ui,
    response: &egui::Response,
    rect: Rect,
    caret: usize,
    taken: &Taken,
    document: &Document,
    view: &mut SearchView,
) {
    let focused = response.has_focus();
    view.asked_for |= taken.down && view.text.is_empty();
    if taken.close {
        view.closed_for = Some(view.text.clone());
        view.asked_for = false;
    } else if taken.down {
        view.closed_for = None;
    }
    if view.closed_for.as_ref().is_some_and(|closed| *closed != view.text) {
        view.closed_for = None;
    }
    let wanted = focused && view.closed_for.is_none() && (!view.text.is_empty() || view.asked_for);
    let edition = (document.opened.key, document.vocabulary.edition());
    let known = |(text, at, known, _): &(String, usize, (StoreKey, u64), Completion)| {
        *text == view.text && *at == caret && *known == edition
    };
    if wanted && !view.completion.as_ref().is_some_and(known) {
        let none = Vocabulary::default();
        let vocabulary = document.vocabulary.value().map_or(&none, |(vocabulary, _)| vocabulary);
        let completion = query::complete(&view.text, caret, Scope::Event, vocabulary);
        view.completion = Some((view.text.clone(), caret, edition, completion));
        view.selected = None;
    }
    let completion = view.completion.as_ref().filter(|_| wanted).map(|(.., completion)| completion.clone());
    let completion = completion.unwrap_or_default();
    let count = completion.items.len();
    if count > 0 {
        view.selected = match (view.selected, taken.down, taken.up) {
            (None, true, _) => Some(0),
            (None, _, true) => Some(count - 1),
            (Some(at), true, _) => Some((at + 1) % count),
            (Some(at), _, true) => at.checked_sub(1),
            (at, ..) => at.filter(|at| *at < count),
        };
    } else {
        view.selected = None;
    }
    let problem = document.search.problem.as_ref().filter(|_| document.search.text == view.text && focused);
    let mut accepted = view.selected.filter(|_| taken.accept);
    view.open = focused && count > 0;
    if (view.open || problem.is_some()) && accepted.is_none() {
        let width = rect.width().max(360.0).min(ui.ctx().content_rect().right() - rect.left() - 8.0);
        Popup::from_response(response)
            .id(Id::unique("search suggestions"))
            .anchor(rect)
            .open(true)
            .gap(6.0)
            .width(width)
            .show(|ui| {
                ui.set_width(width - 14.0);
                ui.spacing_mut().item_spacing.y = 0.0;
                for (at, item) in completion.items.iter().enumerate() {
                    if suggestion_ui(ui, &item.label, &item.detail, view.selected == Some(at)) {
                        accepted = Some(at);
                    }
                }
                if let Some(problem) = problem {
                    if count > 0 {
                        ui.separator();
                    }
                    problem_ui(ui, problem, &view.text);
                }
            });
    }
    if let Some(item) = accepted.and_then(|at| completion.items.get(at)) {
        accept(ui, response, view, &completion, &item.insert);
    }
}

/// Writes a suggestion where it belongs, and the caret behind it.
fn accept(ui: &egui::Ui, response: &egui::Response, view: &mut SearchView, completion: &Completion, insert: &str) {
    let end = view.text.len();
    let range = completion.replace.start.min(end)..completion.replace.end.min(end);
    if !view.text.is_char_boundary(range.start) || !view.text.is_char_boundary(range.end) {
        return;
    }
    view.text.replace_range(range.clone(), insert);
    let caret = CCursor::new(view.text[..range.start + insert.len()].chars().count());
    let mut state = TextEdit::load_state(ui.ctx(), response.id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(caret)));
    state.store(ui.ctx(), response.id);
    view.changed = Some(ui.input(|input| input.time));
    (view.selected, view.completion, view.entered) = (None, None, false);
    response.request_focus();
    ui.request_repaint();
}

fn suggestion_ui(ui: &mut egui::Ui, label: &str, detail: &str, selected: bool) -> bool {
    let tokens = theme::tokens(ui);
    // Chosen when it is pressed: a click would first take the focus from the field.
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, format!("{label}: {detail}")));
    if selected || response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, tokens.selection);
    }
    if selected {
        response.scroll_to_me(None);
    }
    let left = egui::pos2(rect.left() + 8.0, rect.center().y);
    let mut job = egui::text::LayoutJob::simple_singleline(label.to_owned(), theme::mono(theme::MONO), tokens.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((rect.width() - 16.0).max(20.0));
    let galley = ui.painter().layout_job(job);
    let words = Rect::from_min_size(left - vec2(0.0, galley.size().y / 2.0), galley.size());
    ui.painter().galley(words.min, galley, tokens.text);
    let mut job =
        egui::text::LayoutJob::simple_singleline(detail.to_owned(), theme::words(theme::SMALL), tokens.secondary);
    let room = rect.right() - 8.0 - words.right() - theme::GAP * 2.0;
    if room > 30.0 {
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        let galley = ui.painter().layout_job(job);
        let at = egui::pos2(rect.right() - 8.0 - galley.size().x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, tokens.secondary);
    }
    response.clicked() || (response.contains_pointer() && ui.input(|input| input.pointer.primary_pressed()))
}

/// What is wrong with the query, with a mark under the character.
fn problem_ui(ui: &mut egui::Ui, problem: &query::QueryError, source: &str) {
    let tokens = theme::tokens(ui);
    let pointing = RichText::new(problem.pointing(source)).font(theme::mono(theme::MONO)).color(tokens.secondary);
    ui.add(egui::Label::new(pointing).extend());
    let words = egui::Label::new(RichText::new(problem.to_string()).color(tokens.bad)).wrap();
    let response = ui.add(words);
    super::announce(ui, &response);
}

/// What a query can say, from the table that it is read with.
fn syntax_ui(ui: &mut egui::Ui) {
    let tokens = theme::tokens(ui);
    let room = ui.ctx().content_rect();
    ui.set_width(520.0_f32.min(room.width() - 40.0));
    ui.label(RichText::new("How to search").font(theme::strong(theme::HEADING)));
    let say = |ui: &mut egui::Ui, words: &str| {
        ui.add(egui::Label::new(RichText::new(words).color(tokens.secondary)).wrap());
    };
    say(
        ui,
        "Words are found anywhere in payload and metadata. Terms side by side must all hold; or, not and ( ) work.",
    );
    ui.add_space(theme::TIGHT);
    ScrollArea::vertical().max_height((room.height() - 220.0).clamp(120.0, 460.0)).auto_shrink([false, true]).show(
        ui,
        |ui| {
            egui::Grid::new("search syntax").num_columns(3).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
                for field in query::fields().iter().filter(|field| field.name != "state") {
                    ui.label(RichText::new(field.name).font(theme::mono(theme::MONO)));
                    ui.label(RichText::new(field.example).font(theme::mono(theme::MONO)).color(tokens.secondary));
                    ui.label(RichText::new(field.meaning).color(tokens.secondary));
                    ui.end_row();
                }
            });
            ui.add_space(theme::TIGHT);
            let signs = [
                (":", "fits a pattern with * and ?, ignoring case"),
                ("= !=", "equal, not equal"),
                ("< <= > >=", "numbers, times and texts in order"),
                ("~", "a regular expression"),
            ];
            egui::Grid::new("search signs").num_columns(2).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
                for (sign, meaning) in signs {
                    ui.label(RichText::new(sign).font(theme::mono(theme::MONO)));
                    ui.label(RichText::new(meaning).color(tokens.secondary));
                    ui.end_row();
                }
            });
        },
    );
}
