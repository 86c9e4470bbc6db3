//! A Rust file read as tokens: its paths, imports, macros, texts and types, without a compiler.
//!
//! Whatever is built for tests alone (`#[cfg(test)]`) is left out, and so are doc comments and the
//! sentences of attributes. Paths are kept as they are written; `modules.rs` resolves them.

use std::str::FromStr;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A path, a name a segment: `crate`, `store`, `Store`. A leading `::` is an empty first segment.
pub type ItemPath = Vec<String>;

/// What `use` brings into a module.
#[derive(Debug)]
pub struct Import {
    /// The module that the import is written in.
    pub module: ItemPath,
    /// The name that the module knows it by; `*` for all names of a module.
    pub name: String,
    /// The path as written.
    pub path: ItemPath,
}

/// What the tokens of one file say.
#[derive(Debug, Default)]
pub struct Code {
    /// Each path outside of imports, behind the module that it is written in.
    pub paths: Vec<(ItemPath, ItemPath)>,
    /// The branches of all `use` and `extern crate`.
    pub imports: Vec<Import>,
    /// The modules that have their body in this file.
    pub inline_modules: Vec<ItemPath>,
    /// The modules in files of their own that are built for tests alone.
    pub test_modules: Vec<ItemPath>,
    /// The macros that are called (`println!`) and the attributes (`#[path]`).
    pub macros: Vec<String>,
    /// The methods that are called.
    pub methods: Vec<String>,
    /// The string literals, without quotes and escapes; of attributes only those of one word.
    pub strings: Vec<String>,
    /// The names of the structs, enums, traits and aliases that are declared.
    pub types: Vec<String>,
}

impl Code {
    /// Reads the text of the file that holds `module`. Panics if the text is not Rust.
    pub fn read(text: &str, module: &[String]) -> Code {
        let tokens = TokenStream::from_str(text).unwrap_or_else(|e| panic!("{module:?}: {e}"));
        let mut walker = Walker { module: module.to_vec(), code: Code::default() };
        walker.walk(tokens, false);
        walker.code
    }
}

/// Collects what the tokens say. Its methods take the tokens that are left of a group, and return
/// those that are left behind what they have read.
struct Walker {
    module: ItemPath,
    code: Code,
}

impl Walker {
    /// Reads all tokens of a file or group. Types in the body of an `impl` or `trait` belong to it
    /// and are not declarations.
    fn walk(&mut self, tokens: TokenStream, is_impl_body: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        let mut impl_body_follows = false;
        while let [first, tail @ ..] = rest {
            rest = match first {
                TokenTree::Literal(literal) => {
                    self.code.strings.extend(string_value(&literal.to_string()));
                    tail
                }
                TokenTree::Group(group) => {
                    let is_body = impl_body_follows && group.delimiter() == Delimiter::Brace;
                    impl_body_follows &= !is_body;
                    self.walk(group.stream(), is_body);
                    tail
                }
                TokenTree::Punct(punct) => self.punctuation(punct.as_char(), rest),
                TokenTree::Ident(word) => {
                    impl_body_follows |= *word == "impl" || *word == "trait";
                    self.word(&word.to_string(), rest, is_impl_body)
                }
            };
        }
    }

    /// Reads an import, a module, a declaration of a type or a path.
    fn word<'t>(
        &mut self,
        word: &str,
        rest: &'t [TokenTree],
        is_impl_body: bool,
    ) -> &'t [TokenTree] {
        match (word, &rest[1..]) {
            ("use", tail @ [next, ..]) if !is_punct(next, '<') => self.import(tail),
            ("extern", [next, tail @ ..]) if is_word(next, "crate") => self.import(tail),
            ("mod", [TokenTree::Ident(name), TokenTree::Group(body), tail @ ..]) => {
                self.module.push(plain(name));
                self.code.inline_modules.push(self.module.clone());
                self.walk(body.stream(), false);
                self.module.pop();
                tail
            }
            ("type", tail) if is_impl_body => tail,
            ("struct" | "enum" | "trait" | "type", [TokenTree::Ident(name), tail @ ..]) => {
                self.code.types.push(plain(name));
                tail
            }
            _ => self.path(rest),
        }
    }

    /// Reads an attribute, a path that begins with `::`, or the name of a method.
    fn punctuation<'t>(&mut self, first: char, rest: &'t [TokenTree]) -> &'t [TokenTree] {
        let tail = &rest[1..];
        match (first, tail) {
            ('#', _) => self.attribute(tail),
            // arrows, so that their `>` does not pass for the end of a type
            ('-' | '=', [next, after @ ..]) if is_punct(next, '>') => after,
            // `<T as Trait>::name` and `Vec::<u8>::new`: what follows is an item of a type
            ('>', _) if after_colons(tail).is_some() => read_path(tail).1,
            (':', _) if after_colons(rest).is_some() => self.path(rest),
            ('.', [TokenTree::Ident(name), TokenTree::Group(_), ..]) => {
                self.code.methods.push(plain(name));
                &tail[1..]
            }
            _ => tail,
        }
    }

    /// Reads a path, and the name of a macro that is called.
    fn path<'t>(&mut self, rest: &'t [TokenTree]) -> &'t [TokenTree] {
        let (path, after) = read_path(rest);
        if let ([.., name], [mark, TokenTree::Group(group), ..]) = (&path[..], after)
            && is_punct(mark, '!')
        {
            // these make a text of their tokens
            if name == "concat" {
                let parts = group.stream().into_iter();
                let texts = parts.filter_map(|part| string_value(&part.to_string()));
                self.code.strings.push(texts.collect());
            } else if name == "stringify" {
                self.code.strings.push(group.stream().to_string());
            }
            self.code.macros.push(format!("{name}!"));
        }
        if path.len() > 1 {
            self.code.paths.push((self.module.clone(), path));
        }
        // a `::` that no name follows, as in `Vec::<u8>`
        after_colons(after).unwrap_or(after)
    }

    /// Reads what follows `use` or `extern crate`, to the semicolon.
    fn import<'t>(&mut self, rest: &'t [TokenTree]) -> &'t [TokenTree] {
        let end = rest.iter().position(|token| is_punct(token, ';')).unwrap_or(rest.len());
        self.import_tree(&rest[..end], &[]);
        rest.get(end + 1..).unwrap_or_default()
    }

    fn import_tree(&mut self, tokens: &[TokenTree], prefix: &[String]) {
        for branch in tokens.split(|token| is_punct(token, ',')) {
            let (names, rest) = read_path(branch);
            let rest = after_colons(rest).unwrap_or(rest);
            let mut path = [prefix, &names].concat();
            if let [TokenTree::Group(group), ..] = rest {
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                self.import_tree(&tokens, &path);
                continue;
            }
            if rest.first().is_some_and(|token| is_punct(token, '*')) {
                path.push("*".to_owned());
            } else if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
                path.pop();
            }
            let Some(last) = path.last() else { continue };
            let name = match rest {
                [_, TokenTree::Ident(name), ..] => plain(name),
                _ => last.clone(),
            };
            self.code.imports.push(Import { module: self.module.clone(), name, path });
        }
    }

    /// Reads what follows a `#`: an attribute, and the item with it if that is for tests alone.
    fn attribute<'t>(&mut self, rest: &'t [TokenTree]) -> &'t [TokenTree] {
        let (is_inner, rest) = match rest {
            [mark, tail @ ..] if is_punct(mark, '!') => (true, tail),
            _ => (false, rest),
        };
        let [TokenTree::Group(group), after @ ..] = rest else { return rest };
        let text = group.stream().to_string().replace(' ', "");
        if text == "cfg(test)" || text.starts_with("cfg(all(test,") {
            return if is_inner { &[] } else { self.skip_item(after) };
        }
        let is_path = text.starts_with("cfg_attr(") && text.contains(",path=");
        let end = text.find(['=', '(']).unwrap_or(text.len());
        self.code.macros.push(format!("#[{}]", if is_path { "path" } else { &text[..end] }));
        if text.starts_with("doc=") {
            return after;
        }
        let before = self.code.strings.len();
        self.walk(group.stream(), false);
        for text in self.code.strings.split_off(before) {
            if !text.contains(char::is_whitespace) {
                // a path may be given as a text: #[serde(with = "crate::module")]
                self.walk(TokenStream::from_str(&text).unwrap_or_default(), false);
                self.code.strings.push(text);
            }
        }
        after
    }

    /// Skips the item, statement, field or match arm that `#[cfg(test)]` stands before.
    fn skip_item<'t>(&mut self, tokens: &'t [TokenTree]) -> &'t [TokenTree] {
        let is_other_punct =
            |token: &&TokenTree| matches!(token, TokenTree::Punct(_)) && !is_punct(token, '#');
        let head = tokens.iter().take_while(|token| !is_other_punct(token));
        let has = |words: &[&str]| {
            head.clone().any(|token| words.iter().any(|word| is_word(token, word)))
        };
        let has_body = has(&["fn", "mod", "struct", "enum", "impl", "trait", "macro_rules"]);
        let has_value = !has_body && has(&["use", "const", "static", "type", "let"]);
        let end = tokens.iter().position(|token| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !has_value,
            _ => is_punct(token, ';') || is_punct(token, ',') && !has_body && !has_value,
        });
        let (item, after) = tokens.split_at(end.map_or(tokens.len(), |end| end + 1));
        if let [.., keyword, TokenTree::Ident(name), mark] = item
            && is_word(keyword, "mod")
            && is_punct(mark, ';')
        {
            self.code.test_modules.push([&self.module[..], &[plain(name)]].concat());
        }
        after
    }
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if *ident == word)
}

/// Returns a name without the mark of a raw one: `type` for `r#type`.
fn plain(name: &proc_macro2::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// Returns what follows a `::` at the start.
fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(first), second, after @ ..]
            if first.as_char() == ':'
                && first.spacing() == Spacing::Joint
                && is_punct(second, ':') =>
        {
            Some(after)
        }
        _ => None,
    }
}

/// Reads the names of a path, as far as they go; returns them and what follows.
fn read_path(tokens: &[TokenTree]) -> (ItemPath, &[TokenTree]) {
    let mut path = Vec::new();
    let mut rest = match tokens {
        // `$crate` in a macro
        [mark, after @ ..] if is_punct(mark, '$') => after,
        _ => tokens,
    };
    if let Some(after) = after_colons(rest) {
        path.push(String::new());
        rest = after;
    }
    while let [TokenTree::Ident(name), after @ ..] = rest {
        path.push(plain(name));
        rest = after;
        match after_colons(after) {
            Some(next @ [TokenTree::Ident(_), ..]) => rest = next,
            _ => break,
        }
    }
    (path, rest)
}

/// Returns the text of a string literal of any sort, or nothing for a character or a number.
fn string_value(literal: &str) -> Option<String> {
    let (start, end) = (literal.find('"')?, literal.rfind('"')?);
    let prefix = &literal[..start];
    let text = literal.get(start + 1..end)?;
    match prefix {
        "" | "b" | "c" => Some(unescape(text)),
        _ if prefix.contains('r') && !prefix.contains('\'') => Some(text.to_owned()),
        _ => None,
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, escaped)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = escaped.chars();
        let first = chars.next();
        rest = chars.as_str();
        let code = match first {
            Some('x') => rest.split_at_checked(2),
            Some('u') => rest.strip_prefix('{').and_then(|code| code.split_once('}')),
            Some('n') => Some(("A", rest)),
            Some('r' | 't') => Some(("20", rest)),
            Some('\n' | '\r') => Some(("", rest.trim_start())),
            _ => {
                out.extend(first);
                None
            }
        };
        if let Some((code, after)) = code {
            out.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
            rest = after;
        }
    }
    out + rest
}
