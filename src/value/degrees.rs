//! Latitudes and longitudes in degrees, minutes and seconds, as ships and archives write them.

/// The degrees that a text states in degrees and minutes or with the side of the equator or of Greenwich:
/// `12°39.1'N`, `121:09.3E`, `33° 18' 54" S`; to five decimals, which is a metre.
#[must_use]
pub fn in_minutes(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b"+-.,".contains(&b)) {
        return None;
    }
    let side = |c: char| match c.to_ascii_uppercase() {
        'N' | 'E' => Some(1.0),
        'S' | 'W' => Some(-1.0),
        _ => None,
    };
    let (sign, bare) = if let Some(sign) = text.chars().next_back().and_then(side) {
        (sign, &text[..text.len() - 1])
    } else if let Some(sign) = text.chars().next().and_then(side) {
        (sign, &text[1..])
    } else {
        match text.strip_prefix(['-', '−']) {
            Some(rest) => (-1.0, rest),
            None => (1.0, text),
        }
    };
    let has_side = bare.len() < text.len() && !text.starts_with(['-', '−']);
    let signs = ['°', 'º', ':', '\'', '′', '’', '"', '″', '”'];
    let parts: Vec<&str> = bare
        .split(|c: char| signs.contains(&c) || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 3 || parts.len() < 2 && !has_side && !bare.contains(['°', 'º']) {
        return None;
    }
    let mut all = 0.0;
    for (part, share) in parts.iter().zip([1.0, 60.0, 3600.0]) {
        let is_number = part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let number = part.parse::<f64>().ok().filter(|_| is_number)?;
        // only the last part may have decimals
        let is_last = std::ptr::eq(*part, *parts.last()?);
        if share > 1.0 && number >= 60.0 || number.fract() != 0.0 && !is_last {
            return None;
        }
        all += number / share;
    }
    (!parts.is_empty()).then(|| sign * (all * 1e5).round() / 1e5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_with_their_minutes_and_sides() {
        for (text, degrees) in [
            ("12°39.1'N", Some(12.65167)),
            ("121:09.3E", Some(121.155)),
            ("33° 18' 54\" S", Some(-33.315)),
            ("21°51'S", Some(-21.85)),
            ("W 0.5", Some(-0.5)),
            ("138°", Some(138.0)),
            ("-21°30'", Some(-21.5)),
            ("12.5", None),
            ("12:75N", None),
            ("12.5:30N", None),
            ("Essen", None),
            ("N", None),
        ] {
            assert_eq!(in_minutes(text), degrees, "{text}");
        }
    }
}
