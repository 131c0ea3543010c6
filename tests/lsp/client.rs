//! An LSP client with its server process.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A server with its unread messages.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last: i32,
    /// Unread notifications and requests of the server, in their order.
    pub received: VecDeque<Value>,
}

impl Client {
    /// Starts a server in a folder, without a session.
    pub fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_geplint"))
            .arg("lsp")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            input,
            output,
            last: 0,
            received: VecDeque::new(),
        }
    }

    /// Sends bytes unchanged.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request without waiting, and returns its id.
    pub fn send_request(&mut self, method: &str, params: Value) -> i32 {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Waits for the response to a request.
    pub fn answer_to(&mut self, id: i32) -> Value {
        let fits = |message: &Value| message.get("method").is_none() && message["id"] == id;
        if let Some(index) = self.received.iter().position(fits) {
            return self.received.remove(index).unwrap();
        }
        loop {
            let message = self.read().expect("the server has ended");
            if fits(&message) {
                return message;
            }
            self.received.push_back(message);
        }
    }

    /// Sends a request, and returns its result; fails on an error.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send_request(method, params);
        let answer = self.answer_to(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Reads the next message; `None` if the server has ended.
    pub fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => {
                    if let Some(value) = line.strip_prefix("Content-Length: ") {
                        length = value.parse().unwrap();
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        Some(serde_json::from_slice(&body).unwrap())
    }

    /// Starts a session in a folder, with an encoding and further capabilities.
    pub fn session(folder: &Path, encoding: &str, more: &Value) -> Self {
        let mut client = Self::start(folder);
        let mut capabilities = json!({ "general": { "positionEncodings": [encoding] } });
        for (key, value) in more.as_object().unwrap() {
            capabilities[key] = value.clone();
        }
        let result = client.request(
            "initialize",
            json!({ "rootUri": uri(folder), "capabilities": capabilities }),
        );
        assert_eq!(result["capabilities"]["positionEncoding"], encoding);
        client.notify("initialized", json!({}));
        client
    }

    /// Opens a document.
    pub fn open(&mut self, path: &Path, text: &str) {
        let language = path.extension().unwrap().to_str().unwrap();
        let document = json!({ "uri": uri(path), "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Sends changes of a document.
    pub fn change(&mut self, path: &Path, version: i32, changes: &Value) {
        let document = json!({ "uri": uri(path), "version": version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    /// Replaces the whole text of a document.
    pub fn replace(&mut self, path: &Path, version: i32, text: &str) {
        self.change(path, version, &json!([{ "text": text }]));
    }

    /// Closes a document.
    pub fn close(&mut self, path: &Path) {
        self.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": uri(path) } }),
        );
    }

    /// Pulls the diagnostics of a document.
    pub fn pull(&mut self, path: &Path) -> Value {
        let document = json!({ "uri": uri(path) });
        let report = self.request("textDocument/diagnostic", json!({ "textDocument": document }));
        assert_eq!(report["kind"], "full");
        report["items"].clone()
    }

    /// Waits for a notification of the server that satisfies a condition.
    pub fn wait_for(&mut self, method: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let fits = |message: &Value| message["method"] == method && holds(&message["params"]);
        let mut seen = 0;
        loop {
            if let Some(index) = (seen..self.received.len()).find(|index| fits(&self.received[*index])) {
                return self.received.remove(index).unwrap()["params"].clone();
            }
            seen = self.received.len();
            let message = self.read().expect("the server has ended");
            self.received.push_back(message);
        }
    }

    /// Returns the last published diagnostics of a file.
    pub fn last_published(&mut self, path: &Path) -> Value {
        let uri = uri(path);
        let is_own = |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
        };
        let last = self.received.iter().rfind(|message| is_own(message)).cloned();
        self.received.retain(|message| !is_own(message));
        last.unwrap_or_else(|| panic!("nothing was sent of {uri}"))["params"]["diagnostics"].clone()
    }

    /// Waits for the diagnostics of a version of a document.
    pub fn published(&mut self, path: &Path, version: i32) -> Value {
        let uri = uri(path);
        let params = self.wait_for("textDocument/publishDiagnostics", |params| {
            params["uri"] == uri && params["version"] == version
        });
        params["diagnostics"].clone()
    }

    /// Closes the server's input, waits for its end, and returns the exit code.
    pub fn wait(mut self) -> i32 {
        self.input = None;
        while self.read().is_some() {}
        self.child.wait().unwrap().code().unwrap()
    }

    /// Ends the session with `shutdown` and `exit`, and returns the exit code.
    pub fn end(mut self) -> i32 {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.wait()
    }
}

/// Returns the URI of a file whose name needs no escapes.
pub fn uri(path: &Path) -> String {
    let path = path.to_str().unwrap();
    assert!(
        path.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte)),
        "{path}"
    );
    format!("file://{path}")
}
