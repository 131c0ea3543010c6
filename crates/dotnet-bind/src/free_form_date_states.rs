//! A state table that decides when the numbers and names of a date in free form make a date or a time, and of what
//! shape.

/// The parts since the last complete date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Start,
    /// One number.
    N,
    /// Two numbers.
    NN,
    /// One number and a date separator.
    NSep,
    /// A number, a date separator, and a number.
    NSepN,
    /// Two numbers with a date separator after each.
    NNSep,
    /// A month's name.
    M,
    /// A month's name and a number.
    MN,
    /// A number and a month's name.
    NM,
    /// A month's name and a number, in either order, followed by a date separator.
    MNSep,
    /// One number, and then a number marked as year, month or day.
    NMarked,
    /// A year.
    Y,
    /// A year and a number.
    YN,
    /// A year, a number, and a date separator.
    YNSep,
    /// A year and a month.
    YM,
    /// A year, a month, and a date separator.
    YMSep,
    /// Numbers marked as year, month or day.
    DateMarked,
    /// Numbers marked as hour, minute or second.
    TimeMarked,
    /// A number and a time separator.
    Hour,
    /// Two numbers with a time separator after each.
    HourMinute,
}

/// The parts of a complete date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    MonthDay,
    MonthDayYear,
    NameDay,
    YearName,
    NameAndTwo,
    YearMonthDay,
    YearNameDay,
    YearMonth,
    YearNameOnly,
    MonthDayThenYear,
    Hour,
    HourMinute,
    HourMinuteSecond,
    /// Everything was marked, and is set already.
    Marked,
    MarkedThenDay,
    YearThenMarked,
    TwoThenMarked,
}

/// The separator after a number or a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    End,
    AmPm,
    Blank,
    DateSeparator,
    TimeSeparator,
}

/// One token, as the states see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    End,
    Number(Behind),
    Month(Behind),
    Year(Behind),
    DateMarked,
    TimeMarked,
    Weekday,
    Zone,
    Era,
}

/// The result of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Go(State),
    Done(Shape),
    Refuse,
}

/// Returns the state, or the complete shape, that a token leads to.
pub(super) fn step(state: State, token: Token) -> Step {
    match token {
        Token::End => at_end(state),
        Token::Number(behind) => after_number(state, behind),
        Token::Month(behind) => after_month(state, behind),
        Token::Year(behind) => after_year(state, behind),
        Token::DateMarked => after_date_mark(state),
        Token::TimeMarked => after_time_mark(state),
        Token::Weekday => after_weekday(state),
        Token::Zone => after_zone(state),
        Token::Era => Step::Go(without_separator(state)),
    }
}

fn at_end(state: State) -> Step {
    match state {
        State::Start => Step::Go(State::Start),
        State::NN | State::NSepN => Step::Done(Shape::MonthDay),
        State::MN => Step::Done(Shape::NameDay),
        State::NM => Step::Done(Shape::YearName),
        State::NMarked => Step::Done(Shape::YearThenMarked),
        State::YN => Step::Done(Shape::YearMonth),
        State::YM => Step::Done(Shape::YearNameOnly),
        State::DateMarked | State::TimeMarked => Step::Done(Shape::Marked),
        _ => Step::Refuse,
    }
}

fn after_number(state: State, behind: Behind) -> Step {
    match behind {
        Behind::DateSeparator => match state {
            State::Start | State::TimeMarked => Step::Go(State::NSep),
            State::N | State::NSep => Step::Go(State::NNSep),
            State::M => Step::Go(State::MNSep),
            State::Y => Step::Go(State::YNSep),
            _ => Step::Refuse,
        },
        Behind::TimeSeparator => match state {
            State::Start
            | State::NN
            | State::NSepN
            | State::MN
            | State::NM
            | State::NMarked
            | State::DateMarked => Step::Go(State::Hour),
            State::Hour => Step::Go(State::HourMinute),
            _ => Step::Refuse,
        },
        Behind::AmPm => match state {
            State::Start | State::NN | State::NSepN | State::DateMarked => Step::Done(Shape::Hour),
            State::N | State::NSep | State::M | State::MNSep | State::Y => Step::Refuse,
            State::TimeMarked => Step::Done(Shape::Marked),
            _ => last_number(state),
        },
        Behind::Blank => match state {
            State::Start => Step::Go(State::N),
            State::N => Step::Go(State::NN),
            State::NSep => Step::Go(State::NSepN),
            State::M => Step::Go(State::MN),
            State::Y => Step::Go(State::YN),
            State::DateMarked | State::TimeMarked => Step::Go(State::Hour),
            _ => last_number(state),
        },
        Behind::End => last_number(state),
    }
}

/// Returns the shape for a number that ends its date or time.
fn last_number(state: State) -> Step {
    Step::Done(match state {
        State::Start => return Step::Refuse,
        State::N | State::NSep => Shape::MonthDay,
        State::NN | State::NSepN | State::NNSep => Shape::MonthDayYear,
        State::M => Shape::NameDay,
        State::MN | State::NM | State::MNSep => Shape::NameAndTwo,
        State::NMarked => Shape::TwoThenMarked,
        State::Y => Shape::YearMonth,
        State::YN | State::YNSep => Shape::YearMonthDay,
        State::YM | State::YMSep => Shape::YearNameDay,
        State::DateMarked => Shape::MarkedThenDay,
        State::TimeMarked => Shape::Marked,
        State::Hour => Shape::HourMinute,
        State::HourMinute => Shape::HourMinuteSecond,
    })
}

fn after_month(state: State, behind: Behind) -> Step {
    match (behind, state) {
        (Behind::End | Behind::Blank, State::NN | State::NSepN | State::NNSep) => {
            Step::Done(Shape::NameAndTwo)
        }
        (Behind::End | Behind::Blank, State::YN | State::YNSep) => Step::Done(Shape::YearNameDay),
        (Behind::End, State::N | State::NSep | State::Hour) => Step::Done(Shape::YearName),
        (Behind::End, State::Y) => Step::Done(Shape::YearNameOnly),
        (Behind::Blank | Behind::DateSeparator, State::Start) => Step::Go(State::M),
        (Behind::Blank, State::N | State::Hour) => Step::Go(State::NM),
        (Behind::Blank, State::NSep) => Step::Go(State::MN),
        (Behind::Blank, State::Y) => Step::Go(State::YM),
        (Behind::DateSeparator, State::N | State::NSep) => Step::Go(State::MNSep),
        (Behind::DateSeparator, State::Y) => Step::Go(State::YMSep),
        _ => Step::Refuse,
    }
}

fn after_year(state: State, behind: Behind) -> Step {
    match (behind, state) {
        (Behind::End | Behind::Blank, State::NN | State::NSepN | State::NNSep) => {
            Step::Done(Shape::MonthDayThenYear)
        }
        (Behind::End | Behind::Blank, State::MN | State::NM | State::MNSep) => Step::Done(Shape::YearNameDay),
        (Behind::End, State::N | State::NSep) => Step::Done(Shape::YearMonth),
        (Behind::End, State::M) => Step::Done(Shape::YearNameOnly),
        (Behind::Blank | Behind::DateSeparator, State::Start) => Step::Go(State::Y),
        (Behind::Blank, State::N | State::NSep) => Step::Go(State::YN),
        (Behind::Blank, State::M) => Step::Go(State::YM),
        (Behind::DateSeparator, State::N | State::NSep) => Step::Go(State::YNSep),
        (Behind::DateSeparator, State::M) => Step::Go(State::YMSep),
        _ => Step::Refuse,
    }
}

fn after_date_mark(state: State) -> Step {
    match state {
        State::Start | State::DateMarked | State::TimeMarked => Step::Go(State::DateMarked),
        State::N | State::NMarked => Step::Go(State::NMarked),
        State::NSepN | State::NNSep | State::MN | State::NM => Step::Done(Shape::Marked),
        State::Y => Step::Go(State::YM),
        _ => Step::Refuse,
    }
}

fn after_time_mark(state: State) -> Step {
    match state {
        State::Start
        | State::NN
        | State::NSepN
        | State::MN
        | State::NM
        | State::NMarked
        | State::DateMarked
        | State::TimeMarked
        | State::Hour
        | State::HourMinute => Step::Go(State::TimeMarked),
        _ => Step::Refuse,
    }
}

fn after_weekday(state: State) -> Step {
    match state {
        State::Hour => Step::Refuse,
        _ => Step::Go(without_separator(state)),
    }
}

/// Returns the state without its separator: a name in between makes the date separator after a year and its month count
/// as whitespace.
fn without_separator(state: State) -> State {
    match state {
        State::YNSep => State::YN,
        State::YMSep => State::YM,
        _ => state,
    }
}

fn after_zone(state: State) -> Step {
    match state {
        State::Start | State::N | State::NN | State::TimeMarked | State::Hour | State::HourMinute => {
            Step::Go(state)
        }
        _ => Step::Refuse,
    }
}
