//! stub
#![allow(missing_docs, clippy::all, clippy::pedantic)]
use std::borrow::Cow;
#[derive(Clone, Copy, Debug)]
pub enum Scalar { String, Boolean, Int, Long, Decimal, DateTime, Enum }
#[derive(Clone, Copy, Debug)]
pub enum Json<'a> { Null, Bool(bool), Number(&'a str), Text(&'a str), Array, Object }
#[derive(Clone, Debug)]
pub struct EnumMember { pub name: String, pub value: i64 }
pub enum Value<'a> { Null, Text(Cow<'a, str>) }
pub struct Change;
impl Change { pub fn keeps_meaning(&self) -> bool { true } }
impl std::fmt::Display for Change { fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) } }
pub struct Bound<'a> { pub value: Value<'a>, pub change: Option<Change> }
pub struct Failure { pub sentence: String, pub unknown_member: bool }
pub fn bind<'a>(_: Scalar, _: &[EnumMember], _: bool, _: Json<'a>, _: &str) -> Result<Bound<'a>, Failure> { Ok(Bound { value: Value::Null, change: None }) }
#[derive(Clone, Copy, Debug)]
pub enum Container { List, Object }
pub fn bind_container(_: Container, _: Json<'_>, _: &str) -> Result<(), String> { Ok(()) }
pub const REF_NOT_TEXT: &str = "JSON reference $ref property must have a string or null value.";
pub const REF_NOT_ALONE: &str = "Additional content found in JSON reference object. A JSON reference object should only have a $ref property.";
