//! The modules of the program, what each path means in them, and which module uses which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::tokens::{Code, ItemPath};

/// How many names may stand for one another, so that a circle of names has an end.
const LONGEST_CHAIN: usize = 16;

/// One file below `src`.
#[derive(Debug)]
pub struct SourceFile {
    /// Its path below `src`: `store/mod.rs`.
    pub name: String,
    /// The path of its module: `crate`, `store`. The binary is a crate of its own: `main`.
    pub module: ItemPath,
    pub text: String,
    pub code: Code,
}

impl SourceFile {
    fn new(name: String, text: String) -> SourceFile {
        let mut module: ItemPath =
            name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        match module.last().map(String::as_str) {
            Some("main") if module.len() == 1 => {}
            Some("lib") if module.len() == 1 => module = vec!["crate".to_owned()],
            Some("mod") => {
                module.pop();
                module.insert(0, "crate".to_owned());
            }
            _ => module.insert(0, "crate".to_owned()),
        }
        let code = Code::read(&text, &module);
        SourceFile { name, module, text, code }
    }

    /// Returns the module below the top that the file belongs to: `store`, `render`; `lib`, `main`.
    pub fn top_module(&self) -> &str {
        self.name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
}

/// All files below `src`, without those that are built for tests alone.
pub struct Sources {
    pub files: Vec<SourceFile>,
    modules: BTreeSet<ItemPath>,
    /// The path that a module knows by a name, as written.
    imports: BTreeMap<(ItemPath, String), ItemPath>,
}

impl Sources {
    /// Reads every Rust file below a folder.
    pub fn read(src: &Path) -> Sources {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        walk(src, &mut found);
        found.sort();
        Sources::from_texts(found.into_iter().map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(src).unwrap().to_string_lossy().replace('\\', "/"), text)
        }))
    }

    /// Takes files by name and text.
    pub fn from_texts(texts: impl IntoIterator<Item = (String, String)>) -> Sources {
        let mut files: Vec<SourceFile> =
            texts.into_iter().map(|(name, text)| SourceFile::new(name, text)).collect();
        let tests: Vec<ItemPath> =
            files.iter().flat_map(|file| file.code.test_modules.clone()).collect();
        files.retain(|file| !tests.iter().any(|test| file.module.starts_with(test)));
        let mut modules: BTreeSet<ItemPath> =
            files.iter().map(|file| file.module.clone()).collect();
        let mut imports = BTreeMap::new();
        for code in files.iter().map(|file| &file.code) {
            modules.extend(code.inline_modules.iter().cloned());
            for import in &code.imports {
                imports.insert((import.module.clone(), import.name.clone()), import.path.clone());
            }
        }
        Sources { files, modules, imports }
    }

    /// Returns every path of a file in full. What is re-exported, or known by another name, has a
    /// path for each module that it passes through.
    pub fn paths(&self, file: &SourceFile) -> BTreeSet<ItemPath> {
        let imports = file.code.imports.iter().map(|import| (&import.module, &import.path));
        let others = file.code.paths.iter().map(|(module, path)| (module, path));
        let mut found = BTreeSet::new();
        for (module, path) in imports.chain(others) {
            let mut next = self.full(module, path, 0);
            for _ in 0..LONGEST_CHAIN {
                let Some(path) = next else { break };
                next = self.re_exported(&path);
                found.insert(path);
            }
        }
        found
    }

    /// Returns a path from the top of its crate: `crate::store::Store`, `std::fs::SettingsFile`.
    fn full(&self, module: &[String], path: &[String], depth: usize) -> Option<ItemPath> {
        let (head, rest) = path.split_first()?;
        let child = [module, std::slice::from_ref(head)].concat();
        let import = self.imports.get(&(module.to_vec(), head.clone()));
        match head.as_str() {
            "" => Some(rest.to_vec()),
            "crate" => Some([&module[..1], rest].concat()),
            "self" if rest.first().is_some_and(|next| next == "super") => {
                self.full(module, rest, depth)
            }
            "self" => Some([module, rest].concat()),
            "super" => {
                let (_, parent) = module.split_last()?;
                let is_more = rest.first().is_some_and(|next| next == "super");
                if is_more { self.full(parent, rest, depth) } else { Some([parent, rest].concat()) }
            }
            _ if self.modules.contains(&child) => Some([&child, rest].concat()),
            _ if import.is_some() => {
                let path = [import?, rest].concat();
                // `use name::name` imports from the crate `name`
                let is_outside = path[0] == *head || depth == LONGEST_CHAIN;
                if is_outside { Some(path) } else { self.full(module, &path, depth + 1) }
            }
            "facts" => Some([&["crate".to_owned()], rest].concat()),
            _ => Some(path.to_vec()),
        }
    }

    /// Returns the path behind the name by which a module re-exports something.
    fn re_exported(&self, path: &[String]) -> Option<ItemPath> {
        let end = (1..path.len()).rev().find(|end| self.modules.contains(&path[..*end]))?;
        let import = self.imports.get(&(path[..end].to_vec(), path[end].clone()))?;
        self.full(&path[..end], &[import, &path[end + 1..]].concat(), 0)
    }

    /// Returns what the modules of a folder use of it: each module with the names that it reaches
    /// for, and the file that does so. `["crate"]` is the folder of all modules.
    pub fn uses(&self, folder: &[String]) -> BTreeSet<(String, String, String)> {
        let mut found = BTreeSet::new();
        for file in &self.files {
            let own = match file.module.strip_prefix(folder) {
                Some([own, ..]) => own.clone(),
                Some([]) if folder.len() == 1 => "lib".to_owned(),
                _ if file.module[0] == "main" && folder.len() == 1 => "main".to_owned(),
                _ => continue,
            };
            for path in self.paths(file) {
                if let Some([used, ..]) = path.strip_prefix(folder)
                    && *used != own
                {
                    found.insert((own.clone(), used.clone(), file.name.clone()));
                }
            }
        }
        found
    }

    /// Returns the groups of modules of a folder that use each other in a circle. The folder's own
    /// `mod.rs` is no part of one: it stands above its modules, and they may use what it declares.
    pub fn cycles(&self, folder: &[String]) -> Vec<BTreeSet<String>> {
        let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (own, used, _) in self.uses(folder) {
            if self.modules.contains(&[folder, std::slice::from_ref(&used)].concat()) {
                reached.entry(own).or_default().insert(used);
            }
        }
        circles(reached)
    }

    /// Returns the groups of files that use each other in a circle. A `mod.rs` is no part of one, nor
    /// are a module and those within it.
    pub fn file_cycles(&self) -> Vec<BTreeSet<String>> {
        let is_file = |module: &[String]| {
            self.files.iter().any(|file| file.module == module && !file.name.ends_with("mod.rs"))
        };
        let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in self.files.iter().filter(|file| is_file(&file.module)) {
            for path in self.paths(file) {
                let Some(end) =
                    (1..=path.len()).rev().find(|end| self.modules.contains(&path[..*end]))
                else {
                    continue;
                };
                let used = &path[..end];
                if is_file(used)
                    && !used.starts_with(&file.module)
                    && !file.module.starts_with(used)
                {
                    reached.entry(file.module.join("::")).or_default().insert(used.join("::"));
                }
            }
        }
        circles(reached)
    }
}

/// The groups of those that reach each other, by what each uses.
fn circles(mut reached: BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    // whatever is reached by way of another is reached
    for middle in reached.keys().cloned().collect::<Vec<_>>() {
        let beyond = reached[&middle].clone();
        for all in reached.values_mut().filter(|all| all.contains(&middle)) {
            all.extend(beyond.iter().cloned());
        }
    }
    let circle = |own: &String| -> BTreeSet<String> {
        let all = reached[own].iter();
        all.filter(|other| reached.get(*other).is_some_and(|back| back.contains(own)))
            .cloned()
            .collect()
    };
    let circles: BTreeSet<BTreeSet<String>> =
        reached.keys().map(circle).filter(|circle| !circle.is_empty()).collect();
    circles.into_iter().collect()
}
