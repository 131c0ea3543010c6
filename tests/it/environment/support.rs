//! Folders for tests, and runs of the program that cannot hang a test.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A run that takes longer than this hangs. The longest one takes seconds.
pub const PATIENCE: Duration = Duration::from_mins(4);

/// A payload with one error, `GroupName is empty`.
pub const BAD: &str = r#"[{"GroupName":"","ContactCodes":[{"ContactCode":"C-1"}]}]"#;
/// A payload without errors.
pub const CLEAN: &str = r#"[{"GroupName":"Buyers","ContactCodes":[{"ContactCode":"C-1"}]}]"#;

pub use crate::support::FORMATS;

/// A folder that every user may enter, removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("geplint-around-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// Creates a folder with some files, which are payloads with an error.
    pub fn with(names: &[&str]) -> Self {
        let folder = Self::new();
        for name in names {
            folder.write(name, BAD);
        }
        folder
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    pub fn pipe(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.0.join(name)).status().unwrap();
        assert!(made.success());
    }

    pub fn link(&self, to: &str, name: &str) {
        std::os::unix::fs::symlink(to, self.0.join(name)).unwrap();
    }

    /// Writes a file of that size in bytes that takes no space on the disk.
    pub fn sparse(&self, name: &str, size: u64) {
        let file = fs::File::create(self.0.join(name)).unwrap();
        file.set_len(size).unwrap();
    }

    /// Returns the names in the folder, including hidden ones, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Prepares a run of `geplint` in this folder.
    pub fn geplint<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Geplint {
        Geplint {
            folder: self.0.clone(),
            program: crate::support::GEPLINT.into(),
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
            before: String::new(),
            after: String::new(),
            user: None,
            unread: false,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A prepared run.
pub struct Geplint {
    folder: PathBuf,
    program: OsString,
    args: Vec<OsString>,
    before: String,
    after: String,
    user: Option<u32>,
    unread: bool,
}

impl Geplint {
    /// Runs shell commands before it, such as `ulimit -n 64`.
    pub fn under(mut self, shell: &str) -> Self {
        self.before = format!("{shell} && ");
        self
    }

    /// Adds redirections, such as `>&-`.
    pub fn to(mut self, redirections: &str) -> Self {
        redirections.clone_into(&mut self.after);
        self
    }

    /// Makes standard output a pipe whose reader is closed.
    pub fn unread(mut self) -> Self {
        self.unread = true;
        self
    }

    /// Sets another program than the one in the target folder.
    pub fn program(mut self, path: PathBuf) -> Self {
        self.program = path.into();
        self
    }

    /// Runs it as another user, which only the superuser can do.
    pub fn user(mut self, id: Option<u32>) -> Self {
        self.user = id;
        self
    }

    pub fn run(self) -> Ran {
        self.start().end()
    }

    pub fn start(self) -> Started {
        heed_signals();
        let mut command = if self.before.is_empty() && self.after.is_empty() {
            Command::new(&self.program)
        } else {
            let mut shell = Command::new("sh");
            let line = format!("{}exec \"$0\" \"$@\" {}", self.before, self.after);
            shell.arg("-c").arg(line).arg(&self.program);
            shell
        };
        command
            .args(&self.args)
            .current_dir(&self.folder)
            .env_remove("CLICOLOR_FORCE")
            .envs([("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8"), ("RUST_BACKTRACE", "0")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(id) = self.user {
            command.uid(id).gid(id);
        }
        if self.unread {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            command.stdout(writer);
        }
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let out = child.stdout.take().map(drain);
        let err = drain(child.stderr.take().unwrap());
        Started {
            child,
            stdin,
            out,
            err,
        }
    }

    /// Starts the run, and returns when it has found all its files, opened its outputs, and waits for more of standard
    /// input; `-` has to be the first of its paths.
    pub fn held(self) -> Started {
        // More than a pipe can buffer: once it is written, the program is reading.
        const MORE_THAN_A_PIPE: usize = 1 << 20;
        let mut started = self.start();
        let stdin = started.stdin.as_mut().unwrap();
        stdin.write_all(&vec![b' '; MORE_THAN_A_PIPE]).unwrap();
        started
    }
}

/// Makes child processes react to signals even if this process ignores them: signals that `nohup` or a script's `&`
/// ignores are ignored in all descendants. A signal with a handler is reset to its default in a child; the handler here
/// does nothing.
fn heed_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (name, number) in [("HUP", HUP), ("INT", INT), ("TERM", TERM)] {
            let kill = format!("kill -{name} $$");
            let survived = Command::new("sh").args(["-c", &kill]).status().unwrap();
            if survived.success() {
                signal_hook::flag::register(number, Arc::new(AtomicBool::new(false))).unwrap();
            }
        }
    });
}

fn drain(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}

/// A run that has started.
pub struct Started {
    child: Child,
    pub stdin: Option<ChildStdin>,
    out: Option<JoinHandle<Vec<u8>>>,
    err: JoinHandle<Vec<u8>>,
}

impl Started {
    /// Sends a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        // The process may have ended.
        Command::new("sh")
            .args(["-c", &kill])
            .stderr(Stdio::null())
            .status()
            .unwrap();
    }

    /// Closes standard input, and waits for the end.
    pub fn end(mut self) -> Ran {
        drop(self.stdin.take());
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if since.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("it hangs");
            }
            thread::sleep(Duration::from_millis(2));
        };
        Ran {
            code: status.code(),
            signal: status.signal(),
            stdout: self.out.map(|out| out.join().unwrap()).unwrap_or_default(),
            stderr: String::from_utf8(self.err.join().unwrap()).unwrap(),
        }
    }
}

/// The result of a run.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ran {
    /// Asserts the exit code, and that standard error contains all texts.
    #[track_caller]
    pub fn expect(self, code: i32, expected: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{:?} {}", self.signal, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        for expected in expected {
            assert!(
                self.stderr.contains(expected),
                "{expected:?} is not in {}",
                self.stderr
            );
        }
        self
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }
}

/// Signals with the same number on all systems.
pub const HUP: i32 = 1;
pub const INT: i32 = 2;
pub const TERM: i32 = 15;

/// Runs geplint on a disk that is full at once: no file may grow.
pub fn full_disk(folder: &Folder, args: &[&str]) -> Ran {
    folder.geplint(args).under("ulimit -f 0").run()
}

/// Runs geplint several times, and ends it by a signal at different moments between start and end. `prepare` creates
/// the folder for each run; `holds` checks its content afterwards.
pub fn interrupted(prepare: impl Fn() -> Folder, args: &[&str], holds: impl Fn(&Folder, &Ran)) {
    const MOMENTS: u32 = 12;
    let whole = Instant::now();
    let folder = prepare();
    holds(&folder, &folder.geplint(args).run());
    let whole = whole.elapsed();
    for moment in 0..MOMENTS {
        let folder = prepare();
        let started = folder.geplint(args).start();
        thread::sleep(whole * moment / MOMENTS);
        started.signal(if moment % 2 == 0 { "INT" } else { "TERM" });
        let ran = started.end();
        assert!(
            ran.code.is_some() || matches!(ran.signal, Some(INT | TERM)),
            "{ran:?}"
        );
        holds(&folder, &ran);
    }
}
