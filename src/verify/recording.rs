//! Reads recorded answers, more leniently than necessary for the API's replies.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::json::{self, SyntaxKind};
use crate::predict::{ErrorDetail, ErrorEntry, SuccessDetail};

/// A recorded envelope, independent of its formatting and the case of its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// Null if it is null, absent or an empty object.
    pub data: Value,
    /// The status as text, even if it was a number.
    pub status_code: String,
    /// The records that were refused.
    pub error_details: Vec<ErrorDetail>,
    /// The records that were accepted.
    pub success_details: Vec<SuccessDetail>,
    /// Fields that the documented envelope does not have: `errorDetails[].severity`.
    #[serde(skip)]
    pub extra: Vec<String>,
}

/// Reads a recorded answer. The error is the reason why it is not an envelope that could be compared.
pub fn recorded(bytes: &[u8]) -> Result<Recorded, String> {
    let text = readable(bytes)?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        // If it does not begin like JSON, its beginning is more useful than the error.
        let place = match (error.line(), error.column()) {
            (1, 0 | 1) => String::new(),
            _ => format!(": {error}"),
        };
        format!("it is not JSON{place}{}", opening(text.trim()))
    })?;
    let Value::Object(envelope) = value else {
        return Err(format!("it is not an object{}", opening(text.trim())));
    };
    let mut extra = Extra::default();
    let [data, status, errors, successes] = extra.take(
        envelope,
        "",
        ["data", "statusCode", "errorDetails", "successDetails"],
    );
    let status_code = match status {
        Some(status @ (Value::String(_) | Value::Number(_))) => plain(&status, "statusCode")?,
        _ => return Err(format!("it has no statusCode{}", opening(text.trim()))),
    };
    if errors.is_none() && successes.is_none() {
        return Err(format!(
            "it has neither errorDetails nor successDetails{}",
            opening(text.trim())
        ));
    }
    if is_about_the_call(&status_code) {
        return Err(format!(
            "its statusCode is {status_code}, which does not depend on the payload"
        ));
    }
    Ok(Recorded {
        data: data
            .filter(|data| data.as_object().is_none_or(|object| !object.is_empty()))
            .unwrap_or(Value::Null),
        status_code,
        error_details: details(errors, &mut extra)?,
        success_details: keys(successes, &mut extra)?,
        extra: extra.names.into_iter().collect(),
    })
}

/// Returns text without its byte order mark, if it has no syntax errors in its bytes.
pub(super) fn readable(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let (text, errors) = json::text(bytes);
    if let Some(error) = errors.iter().find(|error| !error.is_warning()) {
        let message = error.message(&text);
        return Err(match error.kind {
            SyntaxKind::Foreign(_) => {
                let start = bytes.get(..OPENING).unwrap_or(bytes);
                message + &opening(String::from_utf8_lossy(start).trim())
            }
            _ => message,
        });
    }
    Ok(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.trim_start_matches('\u{feff}').to_owned()),
    })
}

/// Returns true for a status of a call that did not reach the payload: not authorized, not found, busy, broken.
fn is_about_the_call(status: &str) -> bool {
    matches!(status, "401" | "403" | "404" | "405" | "408" | "429")
        || (status.len() == 3 && status.starts_with('5'))
}

/// The number of bytes of a recording that are read for its beginning.
const OPENING: usize = 1024;

/// Returns the beginning of a recording, by which people recognize it.
fn opening(text: &str) -> String {
    const MOST: usize = 60;
    let mut words = text.split_whitespace().flat_map(|word| [" ", word]);
    words.next();
    let mut start: String = words.flat_map(str::chars).take(MOST + 1).collect();
    if start.chars().count() > MOST {
        start.pop();
        start.push_str("...");
    }
    format!("; it begins with {start}")
}

fn details(value: Option<Value>, extra: &mut Extra) -> Result<Vec<ErrorDetail>, String> {
    let detail = |(index, value)| {
        let at = format!("errorDetails[{index}]");
        let [key, errors] = extra.take(object(value, &at)?, "errorDetails[].", ["key", "errors"]);
        let errors = list(errors, &format!("{at}.errors"))?.into_iter().enumerate();
        let entries =
            errors.map(|(index, value)| error(object(value, &format!("{at}.errors[{index}]"))?, extra));
        Ok(ErrorDetail {
            key: plain(&key.unwrap_or_default(), &format!("{at}.key"))?,
            errors: entries.collect::<Result<_, String>>()?,
        })
    };
    list(value, "errorDetails")?
        .into_iter()
        .enumerate()
        .map(detail)
        .collect()
}

fn error(object: Map<String, Value>, extra: &mut Extra) -> Result<ErrorEntry, String> {
    let [code, text] = extra.take(
        object,
        "errorDetails[].errors[].",
        ["errorCode", "errorDescription"],
    );
    Ok(ErrorEntry {
        error_code: plain(&code.unwrap_or_default(), "an errorCode")?,
        error_description: plain(&text.unwrap_or_default(), "an errorDescription")?,
    })
}

fn keys(value: Option<Value>, extra: &mut Extra) -> Result<Vec<SuccessDetail>, String> {
    let detail = |(index, value)| {
        let at = format!("successDetails[{index}]");
        let [key] = extra.take(object(value, &at)?, "successDetails[].", ["key"]);
        let key = plain(&key.unwrap_or_default(), &format!("{at}.key"))?;
        Ok(SuccessDetail { key })
    };
    list(value, "successDetails")?
        .into_iter()
        .enumerate()
        .map(detail)
        .collect()
}

fn list(value: Option<Value>, at: &str) -> Result<Vec<Value>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(format!("{at} is not an array")),
    }
}

fn object(value: Value, at: &str) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(format!("{at} is not an object")),
    }
}

/// Returns a string. A number or literal becomes its text, null the empty string.
fn plain(value: &Value, at: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) => Err(format!("{at} is not a string")),
    }
}

/// The names of unknown fields.
#[derive(Default)]
struct Extra {
    names: BTreeSet<String>,
}

impl Extra {
    /// Takes members out of an object by their names, in any case. The remaining names are recorded under `path`.
    fn take<const N: usize>(
        &mut self,
        object: Map<String, Value>,
        path: &str,
        names: [&str; N],
    ) -> [Option<Value>; N] {
        let mut taken = [const { None }; N];
        for (name, value) in object {
            let index = names.iter().position(|known| known.eq_ignore_ascii_case(&name));
            match index.and_then(|index| taken.get_mut(index)) {
                Some(free @ None) => *free = Some(value),
                _ => {
                    self.names.insert(format!("{path}{name}"));
                }
            }
        }
        taken
    }
}

/// Returns true if a status code is not a success.
pub(super) fn is_refusal(status: &str) -> bool {
    !(status.len() == 3 && status.starts_with('2'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        recorded(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn any_case_any_formatting_and_numbers_for_texts() {
        let text = "\u{feff} {\"StatusCode\":400,\"DATA\":{},\n\"errordetails\":[{\"Key\":12,\"Errors\":[{\"ErrorCode\":null,
            \"errorDescription\":\"x\"}]}],\"SuccessDetails\":null}";
        let recorded = recorded(text.as_bytes()).unwrap();
        assert_eq!(recorded.data, Value::Null);
        assert_eq!(recorded.status_code, "400");
        assert_eq!(recorded.error_details[0].key, "12");
        assert_eq!(recorded.error_details[0].errors[0].error_code, "");
        assert!(recorded.success_details.is_empty());
        assert!(recorded.extra.is_empty());
    }

    #[test]
    fn unknown_fields_are_noted_once() {
        let text = r#"{"statusCode":"200","traceId":"t","errorDetails":[],
            "successDetails":[{"key":"a","id":1},{"key":"b","id":2}]}"#;
        let recorded = recorded(text.as_bytes()).unwrap();
        assert_eq!(recorded.extra, ["successDetails[].id", "traceId"]);
        assert_eq!(recorded.success_details.len(), 2);
    }

    #[test]
    fn other_answers_have_a_reason() {
        assert!(why("<html>\n  <body>").contains("it begins with <html> <body>"));
        assert!(why(r#"{"Message":"An error has occurred."}"#).contains("no statusCode"));
        assert!(why(r#"{"statusCode":500,"message":"x"}"#).contains("neither errorDetails"));
        assert!(why(r#"{"statusCode":"503","errorDetails":[]}"#).contains("503"));
        assert!(why(r#"{"statusCode":"400","errorDetails":{}}"#).contains("errorDetails is not an array"));
        assert!(
            why(r#"{"statusCode":"400","errorDetails":[1]}"#).contains("errorDetails[0] is not an object")
        );
        assert!(why(r#"{"statusCode":"400","errorDetails":[{"key":[]}]}"#).contains("not a string"));
        assert!(why("[]").contains("not an object"));
        assert_eq!(why(""), "the file is empty");
        assert!(recorded(b"\xff\xfe{\0}\0").unwrap_err().contains("UTF-16"));
        assert!(why(&"[".repeat(10_000)).len() < 200);
    }
}
