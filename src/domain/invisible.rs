//! Characters that nobody sees: one of them makes two texts look alike that are not.

use icu_properties::props::{
    DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, GeneralCategoryGroup,
    UnifiedIdeograph,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const BLACK_FLAG: char = '\u{1f3f4}';

/// True for an invisible character (`Default_Ignorable_Code_Point`).
pub fn is_one(letter: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// True when a text has an invisible character where no script and no emoji needs it.
pub fn is_in(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let letters: Vec<char> = text.chars().collect();
    letters
        .iter()
        .enumerate()
        .any(|(at, letter)| is_one(*letter) && !is_needed(&letters, at))
}

/// True where spelling is wrong, or another picture is shown, without the invisible character at this place.
fn is_needed(letters: &[char], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|before| letters.get(before)) else {
        return false;
    };
    let after = letters.get(at + 1).copied();
    match letters[at] {
        // The non-joiner of Persian, the joiner of Malayalam or of a family.
        '\u{200c}' | '\u{200d}' => joins(before) && after.is_some_and(joins),
        // A sign as a picture or as text; a digit in its box.
        '\u{fe0e}' | '\u{fe0f}' => {
            is_picture(before)
                || (matches!(before, '0'..='9' | '#' | '*') && after == Some('\u{20e3}'))
        }
        // Which of several forms a character of a Japanese name has.
        '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}' => {
            CodePointSetData::new::<UnifiedIdeograph>().contains(before)
        }
        // The same for Mongolian letters.
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        // The letters behind a flag, such as Scotland's.
        '\u{e0020}'..='\u{e007f}' => {
            let is_tag = |letter: &&char| matches!(letter, '\u{e0020}'..='\u{e007e}');
            letters[..at].iter().rev().find(|letter| !is_tag(letter)) == Some(&BLACK_FLAG)
        }
        _ => false,
    }
}

fn is_picture(letter: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(letter)
}

/// True for what can stand beside a joiner: a letter with its marks, or an emoji with its colour and its form.
fn joins(letter: char) -> bool {
    let is_mark = |letter| {
        GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(letter))
    };
    letter.is_alphabetic()
        || is_mark(letter)
        || is_picture(letter)
        || matches!(letter, '\u{1f3fb}'..='\u{1f3ff}')
}
