//! Files with values of variables: environments of Postman, of Bruno and of the HTTP client of IDEs, and plain JSON objects.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Variables;

/// Parses a file. `name` selects one of several environments in it. The error is the reason why it is invalid.
pub fn read(text: &str, name: Option<&str>) -> Result<Variables, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with("vars") {
        return super::bruno::environment(text);
    }
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("not an environment: not JSON: {error}"))?;
    let Value::Object(root) = value else {
        return Err("not an environment: not a JSON object".to_owned());
    };
    if let Some(Value::Array(values)) = root.get("values") {
        return Ok(of_postman(values));
    }
    let mut environments: BTreeMap<&str, &Map<String, Value>> = BTreeMap::new();
    for (key, value) in &root {
        if let Value::Object(inner) = value {
            environments.insert(key, inner);
        }
    }
    let known = || {
        let names: Vec<&str> = environments.keys().copied().collect();
        names.join(", ")
    };
    match name {
        Some(name) => match environments.get(name) {
            Some(values) => Ok(of_object(values)),
            None if environments.is_empty() => Err("it has no named environments".to_owned()),
            None => Err(format!("it has no environment \"{name}\"; it has {}", known())),
        },
        // An object with scalar values is a single environment.
        None if environments.len() < root.len() || root.is_empty() => Ok(of_object(&root)),
        None => match environments.values().next() {
            Some(only) if environments.len() == 1 => Ok(of_object(only)),
            _ => Err(format!(
                "it has several environments: {}; select one, as in --env FILE#NAME",
                known()
            )),
        },
    }
}

/// `[{"key": "a", "value": "1", "enabled": true}]`
fn of_postman(values: &[Value]) -> Variables {
    let mut variables = Variables::default();
    for value in values {
        let is_off = value.get("enabled") == Some(&Value::Bool(false));
        if let (Some(Value::String(name)), Some(text), false) =
            (value.get("key"), value.get("value").and_then(plain), is_off)
        {
            variables.set(name, text);
        }
    }
    variables
}

/// `{"a": "1", "b": 2}`
fn of_object(values: &Map<String, Value>) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in values {
        if let Some(text) = plain(value) {
            variables.set(name, text);
        }
    }
    variables
}

/// Returns a scalar as it is inserted into a request; `None` for other values.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_parsed() {
        let postman = r#"{"name": "dev", "values": [{"key": "a", "value": "1", "enabled": true},
            {"key": "b", "value": "2", "enabled": false}, {"key": "c", "value": 3}]}"#;
        let jetbrains = r#"{"dev": {"a": "1", "c": 3}, "prod": {"a": "9"}}"#;
        for (text, name) in [
            (postman, None),
            (jetbrains, Some("dev")),
            (r#"{"dev": {"a": "1", "c": 3}}"#, None),
            ("vars {\n  a: 1\n  ~b: 2\n  c: 3\n}\n", None),
            (r#"{"a": "1", "c": 3, "other": {"a": "2"}}"#, None),
        ] {
            let values = read(text, name).expect(text);
            let value = |name: &str| values.value(name);
            assert_eq!(
                [value("a"), value("b"), value("c")],
                [Some("1".into()), None, Some("3".into())]
            );
        }
        assert!(read(jetbrains, None).unwrap_err().contains("dev, prod"));
        assert!(read(jetbrains, Some("x")).unwrap_err().contains("\"x\""));
        assert!(read("[]", None).is_err() && read("{", None).is_err());
    }
}
