//! The encoding of a file: by its byte order mark, else UTF-8, else what it is said to be; never
//! guessed into the data.

use std::io::{self, ErrorKind, Read};

use encoding_rs::{
    BIG5, Decoder, DecoderResult, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252,
};

/// The encoding that a byte order mark stands for, and how long the mark is.
#[must_use]
pub fn of_mark(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(head)
}

/// The encoding of this name (WHATWG: `windows-1252`, `latin1`, `utf-16le`, `macintosh`, …).
#[must_use]
pub fn named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// Whether everything that a reader gives is UTF-8.
///
/// # Errors
/// It cannot be read.
pub fn is_utf8(mut reader: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 1 << 16];
    let mut held = 0;
    loop {
        let read = reader.read(&mut buffer[held..])?;
        let all = held + read;
        let good = Encoding::utf8_valid_up_to(&buffer[..all]);
        if read == 0 {
            return Ok(good == all);
        }
        // a character may go on in the next bytes, but none is longer than four
        if all - good > 3 {
            return Ok(false);
        }
        buffer.copy_within(good..all, 0);
        held = all - good;
    }
}

/// The name of the encoding that a file most likely has, for a message.
///
/// # Errors
/// It cannot be read.
pub fn likely(reader: impl Read) -> io::Result<&'static str> {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    let mut reader = reader.take(16 << 20);
    let mut buffer = vec![0; 1 << 16];
    // letters of Asian encodings are pairs of such bytes; a ° among digits is one alone
    let (mut are_alone, mut was_high) = (true, false);
    loop {
        let read = reader.read(&mut buffer)?;
        detector.feed(&buffer[..read], read == 0);
        for byte in &buffer[..read] {
            are_alone &= !(was_high && *byte >= 0x80);
            was_high = *byte >= 0x80;
        }
        if read == 0 {
            let found = detector.guess(None, chardetng::Utf8Detection::Deny);
            let is_of_pairs = [SHIFT_JIS, EUC_JP, EUC_KR, GBK, BIG5].contains(&found);
            return Ok(if is_of_pairs && are_alone { WINDOWS_1252 } else { found }.name());
        }
    }
}

/// A reader of UTF-8 over bytes in another encoding; what the encoding does not know is an error.
pub struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    /// Bytes that are not decoded yet.
    raw: Vec<u8>,
    at: usize,
    /// Text that is not handed out yet.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Decodes what `inner` gives.
    pub fn new(inner: R, encoding: &'static Encoding) -> Decoded<R> {
        let decoder = encoding.new_decoder_without_bom_handling();
        Decoded { inner, decoder, raw: Vec::new(), at: 0, text: Vec::new(), given: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.at == self.raw.len() && !self.ended {
            self.raw.resize(1 << 15, 0);
            let read = self.inner.read(&mut self.raw)?;
            self.raw.truncate(read);
            self.at = 0;
            self.ended = read == 0;
        }
        self.text.resize(1 << 17, 0);
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.raw[self.at..],
            &mut self.text,
            self.ended,
        );
        self.at += read;
        self.text.truncate(written);
        self.given = 0;
        match result {
            DecoderResult::Malformed(..) => {
                let name = self.decoder.encoding().name();
                Err(io::Error::new(
                    ErrorKind::InvalidData,
                    format!("invalid {name}: the file contains bytes that {name} does not define"),
                ))
            }
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended
                && self.at == self.raw.len()
                && self.given == self.text.len()
                && self.decoder_is_done()
            {
                return Ok(0);
            }
            self.fill()?;
        }
        let n = buffer.len().min(self.text.len() - self.given);
        buffer[..n].copy_from_slice(&self.text[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

impl<R> Decoded<R> {
    /// The last bytes went through the decoder, and it gave nothing more.
    fn decoder_is_done(&self) -> bool {
        self.text.is_empty() || self.given == self.text.len()
    }
}

/// Returns a reader that converts `reader` from `encoding` to UTF-8.
#[must_use]
pub fn decoded(reader: Box<dyn Read>, encoding: &'static Encoding) -> Box<dyn Read> {
    if encoding == UTF_8 { reader } else { Box::new(Decoded::new(reader, encoding)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], name: &str) -> io::Result<String> {
        let mut text = String::new();
        decoded(Box::new(io::Cursor::new(bytes.to_vec())), named(name).unwrap())
            .read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn encodings_are_read_strictly() {
        assert_eq!(read(b"C\xf4te d'Ivoire", "windows-1252").unwrap(), "Côte d'Ivoire");
        assert_eq!(read(b"I\0r\0a\0q\0", "utf-16le").unwrap(), "Iraq");
        assert_eq!(read(b"M\x8ele", "macintosh").unwrap(), "Méle");
        assert!(read(b"\x83\x20", "shift_jis").is_err());
        let long = "ü".repeat(200_000);
        let latin: Vec<u8> = long.chars().map(|_| 0xfc).collect();
        assert_eq!(read(&latin, "latin1").unwrap(), long);
    }

    #[test]
    fn utf8_is_told_from_what_is_none() {
        assert!(is_utf8("Türkiye, 土耳其".as_bytes()).unwrap());
        assert!(is_utf8(("a".repeat(65_535) + "ü").as_bytes()).unwrap());
        assert!(!is_utf8(&b"T\xfcrkiye"[..]).unwrap());
        assert!(!is_utf8(&b"cut \xc3"[..]).unwrap());
        assert_eq!(likely(&b"C\xf4te d'Ivoire, Curac\xe3o"[..]).unwrap(), "windows-1252");
    }
}
