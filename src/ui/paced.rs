//! Input in steps: what is typed right after a shortcut or a click is meant for what that leads to.
//!
//! On a slow machine a frame takes in much at once, and the toolkit gives all of it to what had the focus before. So the
//! keys that follow what may move the focus or open something wait for the next frame.

use std::collections::HashSet;

use egui::{Event, Key, Modifiers};

/// Holds back what is not for this frame.
#[derive(Default)]
pub struct Paced {
    held: Vec<Event>,
}

impl egui::Plugin for Paced {
    fn debug_name(&self) -> &'static str {
        "paced input"
    }

    fn input_hook(&mut self, context: &egui::Context, input: &mut egui::RawInput) {
        if !self.held.is_empty() {
            let came = std::mem::replace(&mut input.events, std::mem::take(&mut self.held));
            input.events.extend(came);
        }
        let down = context.input(|input| input.keys_down.iter().copied().collect());
        self.held = input.events.split_off(step(&input.events, down, context.text_edit_focused()));
    }

    fn on_begin_pass(&mut self, ui: &mut egui::Ui) {
        if !self.held.is_empty() {
            ui.request_repaint();
        }
    }
}

/// How many of the events are for one frame, at least one of any. `down` are the keys that are held down before them,
/// and `typing` is whether a text field has the focus.
fn step(events: &[Event], mut down: HashSet<Key>, typing: bool) -> usize {
    let (mut by_key, mut by_pointer) = (false, false);
    for (at, event) in events.iter().enumerate() {
        let of_keys = match event {
            Event::Key { pressed, .. } => *pressed,
            Event::Text(_) | Event::Ime(_) | Event::Paste(_) | Event::PasteImage(_) | Event::Copy | Event::Cut => true,
            _ => false,
        };
        // The letter of a key comes after it.
        let of_the_last = matches!(event, Event::Text(_))
            && at.checked_sub(1).is_some_and(|before| matches!(events[before], Event::Key { pressed: true, .. }));
        let pressed = matches!(event, Event::PointerButton { pressed: true, .. });
        if (by_key && (of_keys || pressed) && !of_the_last) || (by_pointer && of_keys) {
            return at;
        }
        match event {
            // A key that is held down comes again and again, and is not known as such yet.
            Event::Key { key, pressed: true, modifiers, .. } => {
                by_key |= down.insert(*key) && leads(*key, *modifiers, typing);
            }
            Event::Key { key, pressed: false, .. } => _ = down.remove(key),
            // Clicks stay together: two are a double click by the time of their frames.
            Event::PointerButton { pressed: false, .. } => by_pointer = true,
            _ => {}
        }
    }
    events.len()
}

/// Whether a key may move the focus or open something. Keys that only move the cursor never do, so that a frame takes
/// in as many of them as there are.
fn leads(key: Key, modifiers: Modifiers, typing: bool) -> bool {
    use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, End, Enter, Escape, Home, PageDown, PageUp, Tab};
    match key {
        ArrowLeft | ArrowRight | ArrowUp | ArrowDown | Home | End | PageUp | PageDown => false,
        Tab | Enter | Escape => true,
        _ if is_modifier(key) => false,
        _ => modifiers.command || modifiers.alt || !typing || is_function(key),
    }
}

fn is_modifier(key: Key) -> bool {
    use Key::{AltLeft, AltRight, CapsLock, ControlLeft, ControlRight, ShiftLeft, ShiftRight, SuperLeft, SuperRight};
    let pairs = [[AltLeft, AltRight], [ControlLeft, ControlRight], [ShiftLeft, ShiftRight], [SuperLeft, SuperRight]];
    key == CapsLock || pairs.as_flattened().contains(&key)
}

fn is_function(key: Key) -> bool {
    key.name().strip_prefix('F').is_some_and(|number| number.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use egui::{PointerButton, Pos2};

    use super::*;

    fn key(key: Key, modifiers: Modifiers) -> [Event; 2] {
        [true, false].map(|pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers })
    }

    fn letter(text: &str) -> [Event; 3] {
        let [down, up] = key(Key::from_name(&text.to_uppercase()).unwrap(), Modifiers::NONE);
        [down, Event::Text(text.to_owned()), up]
    }

    fn click() -> [Event; 2] {
        let (pos, button, modifiers) = (Pos2::ZERO, PointerButton::Primary, Modifiers::NONE);
        [true, false].map(|pressed| Event::PointerButton { pos, button, pressed, modifiers })
    }

    /// All events, and how many of them are for each frame.
    fn steps(mut events: Vec<Event>, typing: bool) -> Vec<usize> {
        let (mut steps, mut down) = (Vec::new(), HashSet::default());
        while !events.is_empty() {
            let taken = step(&events, down.clone(), typing);
            assert!(taken > 0);
            for event in events.drain(..taken) {
                match event {
                    Event::Key { key, pressed: true, .. } => _ = down.insert(key),
                    Event::Key { key, .. } => _ = down.remove(&key),
                    _ => {}
                }
            }
            steps.push(taken);
        }
        steps
    }

    #[test]
    fn what_follows_a_shortcut_or_a_click_waits() {
        let search = key(Key::F, Modifiers::COMMAND).to_vec();
        assert_eq!(steps([&search[..], &letter("a")].concat(), false), [2, 3]);
        assert_eq!(steps([&search[..], &click()].concat(), false), [2, 2]);
        assert_eq!(steps([&click()[..], &key(Key::A, Modifiers::COMMAND)].concat(), true), [2, 2]);
        assert_eq!(steps([&click()[..], &[Event::Copy]].concat(), false), [2, 1]);
        assert_eq!(steps([&key(Key::F6, Modifiers::NONE)[..], &letter("x")].concat(), true), [2, 3]);
        // A single key, with its letter.
        assert_eq!(steps([letter("i"), letter("x"), letter("y")].concat(), false), [3, 3, 3]);
    }

    #[test]
    fn what_belongs_together_stays_together() {
        assert_eq!(steps([letter("a"), letter("b"), letter("c")].concat(), true), [9]);
        assert_eq!(steps([click(), click()].concat(), false), [4]);
        let right = key(Key::ArrowRight, Modifiers::NONE);
        assert_eq!(steps([&right[..], &right, &right].concat(), false), [6]);
        // A key that is held down, and one with another.
        let [down, up] = key(Key::Z, Modifiers::COMMAND);
        let mut held = vec![down; 5];
        held.push(up);
        assert_eq!(steps(held, false), [1, 5]);
        let [shift, _] = key(Key::ShiftLeft, Modifiers::SHIFT);
        assert_eq!(steps([&[shift][..], &letter("d")].concat(), false), [4]);
        assert_eq!(step(&[], HashSet::default(), false), 0);
    }
}
