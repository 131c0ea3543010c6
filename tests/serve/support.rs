//! A server for each test, and a client that sends raw bytes.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;

/// The time limit of clients.
const PATIENCE: Duration = Duration::from_mins(1);

/// Returns a command for the program, independent of the settings of the machine.
pub fn geplint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_geplint"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("--no-config")
        .stdin(Stdio::null());
    command
}

/// A folder for one test, removed at its end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("geplint-serve-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server, which ends with the test.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The lines that it printed before it was ready.
    pub printed: Vec<String>,
}

impl Server {
    pub fn start(args: &[&str]) -> Self {
        Self::try_start(args).unwrap_or_else(|printed| panic!("it did not start: {printed:?}"))
    }

    /// Starts a server, or returns the lines that it printed before it failed.
    pub fn try_start(args: &[&str]) -> Result<Self, Vec<String>> {
        let listen = ["--listen", "127.0.0.1:0", "--log", "off"];
        Self::spawn(&[&listen, args].concat(), Stdio::null())
    }

    /// Starts a server whose log is read at its end.
    #[cfg(unix)]
    pub fn logging(args: &[&str]) -> Self {
        let listen = ["--listen", "127.0.0.1:0"];
        Self::spawn(&[&listen, args].concat(), Stdio::piped()).unwrap()
    }

    fn spawn(args: &[&str], stdout: Stdio) -> Result<Self, Vec<String>> {
        let mut command = geplint();
        command.arg("serve").args(args);
        let mut child = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut printed = Vec::new();
        while let Some(line) = lines.next() {
            let line = line.unwrap();
            let url = line
                .strip_prefix("geplint serve: ")
                .and_then(|url| url.split_once("://"));
            printed.push(line.clone());
            if let Some((_, url)) = url {
                let address = url.split('/').next().unwrap();
                let address = address
                    .parse()
                    .unwrap_or_else(|_| panic!("this is no address: {line}"));
                // Further output is read, so that the server does not block.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self {
                    child,
                    address,
                    printed,
                });
            }
        }
        child.wait().unwrap();
        Err(printed)
    }

    pub fn client(&self) -> Client<TcpStream> {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client::new(stream)
    }

    /// Sends a request on a new connection.
    pub fn request(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        self.client().request(method, path, headers, body)
    }

    pub fn post(&self, endpoint: &str, body: &[u8]) -> Answer {
        self.client().post(endpoint, body)
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = self.request("GET", path, &[], b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Kills it, like `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it, and returns its log.
    #[cfg(unix)]
    pub fn log(mut self) -> Vec<String> {
        let stdout = self.child.stdout.take().unwrap();
        assert_eq!(self.terminate().code(), Some(0));
        BufReader::new(stdout).lines().map(Result::unwrap).collect()
    }

    /// Starts a server on another address than the default.
    pub fn on(listen: &str) -> Self {
        Self::spawn(&["--listen", listen, "--log", "off"], Stdio::null()).unwrap()
    }

    /// Sends it SIGTERM, and waits for its end.
    #[cfg(unix)]
    pub fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// One connection.
pub struct Client<S: Read + Write> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Client<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).unwrap();
    }

    /// Sends bytes that the server may refuse to read.
    pub fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)?;
        self.stream.get_mut().flush()
    }

    pub fn request(&mut self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\n");
        if !headers
            .iter()
            .any(|header| header.to_lowercase().starts_with("host:"))
        {
            request += "Host: localhost\r\n";
        }
        for header in headers {
            request = request + header + "\r\n";
        }
        request = request + "Content-Length: " + &body.len().to_string() + "\r\n\r\n";
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        self.send(&bytes);
        self.answer().expect("there is an answer")
    }

    pub fn post(&mut self, endpoint: &str, body: &[u8]) -> Answer {
        let (method, path) = route(endpoint);
        self.request(method, &path, &["Content-Type: application/json"], body)
    }

    /// Reads the first line of the next response, including `100 Continue`.
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads the next response; `None` if the server closes the connection.
    pub fn answer(&mut self) -> Option<Answer> {
        self.read_answer().ok().flatten()
    }

    /// Reads the next response; `None` if the server closes the connection, an error if it resets it.
    pub fn read_answer(&mut self) -> std::io::Result<Option<Answer>> {
        loop {
            let mut first = String::new();
            if self.stream.read_line(&mut first)? == 0 {
                return Ok(None);
            }
            let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
            let status = status.ok_or(ErrorKind::InvalidData)?;
            let mut headers = Vec::new();
            loop {
                let mut line = String::new();
                if self.stream.read_line(&mut line)? == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                let line = line.trim_end();
                if line.is_empty() {
                    break;
                }
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_owned(), value.trim().to_owned()));
            }
            let mut answer = Answer {
                status,
                headers,
                body: Vec::new(),
            };
            if status == 100 {
                continue;
            }
            let length = answer
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            answer.body = vec![0; length];
            self.stream.read_exact(&mut answer.body)?;
            return Ok(Some(answer));
        }
    }
}

/// Returns the method and the path of an endpoint.
pub fn route(endpoint: &str) -> (&'static str, String) {
    let endpoint = geplint::rules::builtin(endpoint).unwrap();
    let method = if endpoint.method == "PUT" { "PUT" } else { "POST" };
    (method, endpoint.path.to_string())
}

/// Returns the files below a folder with this ending, sorted.
pub fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(folder);
    let files = walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    let files = files
        .filter(|file| file.file_type().is_file())
        .map(walkdir::DirEntry::into_path);
    files
        .filter(|path| path.to_str().unwrap().ends_with(end))
        .collect()
}

/// Returns the name of a file's folder.
pub fn folder_name(path: &Path) -> &str {
    path.parent().unwrap().file_name().unwrap().to_str().unwrap()
}

/// Returns the output of `geplint predict` for each file, without the indentation of an array; `None` without a prediction.
pub fn predicted(endpoint: &str, files: &[PathBuf], args: &[&str]) -> Vec<Option<String>> {
    let mut command = geplint();
    command
        .args(["predict", "--quiet", "--endpoint", endpoint])
        .args(args)
        .args(files);
    // For a single file, only the response would be printed, not an array.
    assert!(files.len() > 1);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut answers = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("    \"response\": ") {
            Some("{") => {
                let mut answer = "{\n".to_owned();
                for line in lines.by_ref() {
                    let line = line.strip_prefix("    ").unwrap();
                    if line.starts_with('}') {
                        answer += "}\n";
                        break;
                    }
                    answer = answer + line + "\n";
                }
                answers.push(Some(answer));
            }
            Some(_) => answers.push(None),
            None => {}
        }
    }
    assert_eq!(
        answers.len(),
        files.len(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    answers
}
