//! A contact as an integration sends it: about 1.4 KB, with most of the available properties.

use crate::Json;
use crate::random::Random;

const FIRST: &[&str] = &[
    "Amina", "Björn", "Carmen", "Dawit", "Eva", "Farah", "Goran", "Hana", "Ivo", "José", "Kaja", "Luca",
    "Mina", "Nils", "Oskar", "Priya", "Ravi", "Sofía", "Tomás", "Yuki",
];
const LAST: &[&str] = &[
    "Adeyemi",
    "Bianchi",
    "Costa",
    "Dvořák",
    "Engström",
    "Farouk",
    "Gruber",
    "Horvat",
    "Iyer",
    "Jansen",
    "Kovács",
    "Lund",
    "Moreau",
    "Novak",
    "O'Brien",
    "Popescu",
    "Rahman",
    "Sato",
    "Tran",
    "Weiss",
];
const STREETS: &[&str] = &[
    "Mill Lane",
    "Station Road",
    "Rue du Port",
    "Gartenstraße",
    "Harbour Street",
    "Via Roma",
];
/// City, state, country, postal code.
const CITIES: &[&[&str; 4]] = &[
    &["Clark", "NJ", "US", "07066"],
    &["Köln", "NW", "DE", "50667"],
    &["Lyon", "ARA", "FR", "69002"],
    &["Leeds", "LDS", "GB", "LS1 4AP"],
    &["Pune", "MH", "IN", "411001"],
    &["Torino", "TO", "IT", "10121"],
];
const ZONES: &[&str] = &[
    "Eastern Standard Time",
    "India Standard Time",
    "W. Europe Standard Time",
    "GMT Standard Time",
];
const CURRENCIES: &[&str] = &["EUR", "GBP", "INR", "JPY", "USD"];
const ACTIVITIES: &[&str] = &["NONE", "ADMINISTRATION", "HOME", "VIEW_GEPICENTER"];
const JOBS: &[&str] = &[
    "Buyer",
    "Category Lead",
    "Accounts Payable Clerk",
    "Plant Controller, North",
];
const REGIONS: &[&str] = &["North", "South", "East", "West"];
const CULTURES: &[&str] = &["en-US", "de-DE", "fr-FR", "hi-IN"];
const LEVELS: &[&str] = &["Company Code", "Plant", "Cost Center", "Business Unit"];
const PERSONAS: &[&str] = &["Requester", "Buyer", "Approver"];

/// The kind of mistakes in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No mistakes.
    Nothing,
    /// One to three mistakes, at random.
    Somewhat,
    /// Four mistakes: an empty name, two texts that are too long, a number in quotes.
    Four,
}

/// The mistakes in one record.
#[derive(Debug, Default)]
struct Faults {
    no_first_name: bool,
    empty_user_name: bool,
    long_city: bool,
    long_zip: bool,
    flag_in_words: bool,
    number_in_quotes: bool,
}

impl Faults {
    fn of(wrong: Wrong, random: &mut Random) -> Self {
        let mut faults = Self::default();
        match wrong {
            Wrong::Nothing => {}
            Wrong::Four => {
                faults.empty_user_name = true;
                faults.long_city = true;
                faults.long_zip = true;
                faults.number_in_quotes = true;
            }
            Wrong::Somewhat => {
                for _ in 0..=random.below(3) {
                    match random.below(6) {
                        0 => faults.no_first_name = true,
                        1 => faults.empty_user_name = true,
                        2 => faults.long_city = true,
                        3 => faults.long_zip = true,
                        4 => faults.flag_in_words = true,
                        _ => faults.number_in_quotes = true,
                    }
                }
            }
        }
        faults
    }
}

/// Returns the code of a contact.
#[must_use]
pub fn code(number: u64) -> String {
    format!("CC-2024.{number:06}")
}

/// Returns the user name of a contact, which is its e-mail address.
#[must_use]
pub fn address(first: &str, last: &str, number: u64) -> String {
    let ascii = |name: &str| name.to_lowercase().replace('\'', "");
    format!("{}.{}{number}@example.com", ascii(first), ascii(last))
}

fn org(json: &mut Json, random: &mut Random) {
    json.object(|json| {
        json.text("entityCode", &format!("{:04}", random.below(10_000)));
        json.plain("isDefault", random.chance(500));
        json.text("entityType", random.pick(LEVELS));
        json.text("lobEntityCode", random.pick(&["LOB-1", "LOB-NORTH", "LOB-SOUTH"]));
    });
}

fn persona(json: &mut Json, random: &mut Random) {
    json.object(|json| {
        json.text("personaName", random.pick(PERSONAS));
        json.text("personaCode", &format!("{}", 500 + random.below(400)));
        json.member("activities", |json| {
            json.list(1 + random.below(2), |json, _| {
                json.object(|json| {
                    json.text("code", &format!("{}", 10_100_000 + random.below(200)));
                    json.text("name", random.pick(ACTIVITIES));
                    json.text("description", "May open the page \"home\"");
                });
            });
        });
        json.text("personaDescription", "For all who have no other persona yet.");
    });
}

fn phone(random: &mut Random) -> String {
    format!(
        "+{}-{:03}-{:04}",
        1 + random.below(98),
        random.below(1000),
        random.below(10_000)
    )
}

fn home(json: &mut Json, random: &mut Random, faults: &Faults) {
    let [city, state, country, zip] = random.pick(CITIES);
    json.object(|json| {
        json.text(
            "addressLine1",
            &format!("{} {}", 1 + random.below(998), random.pick(STREETS)),
        );
        json.text(
            "addressLine2",
            &format!(
                "Building {}, floor {}",
                random.pick(&["A", "B", "C"]),
                random.below(20)
            ),
        );
        json.text("city", if faults.long_city { LONG } else { city });
        json.text("stateCode", state);
        json.text("countryCode", country);
        json.text("zipCode", if faults.long_zip { LONG } else { zip });
        json.text("phoneNo", &phone(random));
        if random.chance(500) {
            json.text("addressLine3", "Goods entrance at the back");
            json.text("faxNo", &phone(random));
            json.text("phoneOther", &phone(random));
            json.text("phoneExtension", &format!("{}", random.below(10_000)));
            json.text("county", &format!("{city} county"));
            json.text("poBoxNumber", &format!("PO {}", random.below(10_000)));
        }
    });
}

/// Longer than any city or postal code may be.
const LONG: &str = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch";

/// Writes a contact with this number, from which its code is made.
pub fn contact(json: &mut Json, random: &mut Random, number: u64, wrong: Wrong) {
    let faults = Faults::of(wrong, random);
    let (first, last) = (random.pick(FIRST), random.pick(LAST));
    let user = address(first, last, number);
    json.object(|json| {
        json.text("userName", if faults.empty_user_name { "" } else { &user });
        json.text("contactCode", &code(number));
        json.member("managerCode", |json| {
            json.list(1, |json, _| {
                json.string(&format!("MN{:08}", random.below(100_000_000)));
            });
        });
        json.member("address", |json| home(json, random, &faults));
        if !faults.no_first_name {
            json.text("firstName", first);
        }
        json.text("lastName", last);
        json.text("emailAddress", &user);
        if faults.number_in_quotes {
            json.text("authorityAmt", "1,000.00");
        } else {
            json.plain(
                "authorityAmt",
                format_args!("{}.{:02}", random.below(100_000), random.below(100)),
            );
        }
        if faults.flag_in_words {
            json.text("isActive", "yes");
        } else {
            json.plain("isActive", random.chance(900));
        }
        json.plain("isDeleted", false);
        json.member("userActivities", |json| {
            json.list(1 + random.below(2), |json, _| {
                json.object(|json| json.text("activityName", random.pick(ACTIVITIES)));
            });
        });
        json.text("timeZone", random.pick(ZONES));
        json.text("currencyCode", random.pick(CURRENCIES));
        json.text("designation", random.pick(JOBS));
        json.plain("commitmentAmount", random.below(50_000));
        places(json, random);
        sometimes(json, random);
        json.plain("ssoType", random.below(3));
        json.text("cultureCode", random.pick(CULTURES));
        if random.chance(300) {
            json.plain("authorizeAmountForProject", random.below(1_000_000));
            json.plain(
                "secondaryAuthorizeAmount",
                format_args!("{}.5", random.below(100_000)),
            );
            json.text("workGroup", &format!("WG-{}", random.below(50)));
        }
    });
}

/// Writes the organisations of a contact.
fn places(json: &mut Json, random: &mut Random) {
    if random.chance(400) {
        json.member("orgEntities", |json| {
            json.list(1 + random.below(2), |json, _| org(json, random));
        });
    }
    if random.chance(150) {
        json.member("accountingEntities", |json| {
            json.list(1, |json, _| org(json, random));
        });
    }
    if random.chance(100) {
        json.member("contactOrgDetails", |json| {
            json.list(1, |json, _| {
                json.object(|json| {
                    json.member("orgEntity", |json| org(json, random));
                    json.member("personaAndRoles", |json| persona(json, random));
                    json.text("lobType", "Belonging");
                    json.plain("isDefaultLOB", random.chance(500));
                });
            });
        });
    }
    if random.chance(300) {
        json.member("regions", |json| {
            json.list(1 + random.below(2), |json, index| {
                json.object(|json| {
                    json.text("regionName", random.pick(REGIONS));
                    json.plain("isDefault", index == 0);
                });
            });
        });
    }
}

/// Writes members that few contacts have.
fn sometimes(json: &mut Json, random: &mut Random) {
    if random.chance(100) {
        json.member("categories", |json| {
            json.list(1, |json, _| {
                json.object(|json| {
                    json.plain("pasCode", random.below(1_000_000_000_000));
                    json.plain("isDefault", true);
                    json.text("clientPasCode", &format!("P{}", random.below(1_000_000)));
                    json.plain("isDeleted", false);
                });
            });
        });
    }
    if random.chance(200) {
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        let (hour, minute) = (random.below(24), random.below(60));
        json.text(
            "lastLoginDate",
            &format!("2024-{month:02}-{day:02}T{hour:02}:{minute:02}:07.250Z"),
        );
    }
    if random.chance(100) {
        json.member("personaAndRoles", |json| persona(json, random));
    }
    if random.chance(100) {
        json.member("customFields", |json| {
            json.list(1, |json, _| {
                json.object(|json| {
                    json.text("key", "Cost Center");
                    json.member("value", |json| {
                        json.list(1, |json, _| json.string(&format!("{}", random.below(1_000_000))));
                    });
                    json.member("subCustomField", |json| json.list(0, |_, _| {}));
                });
            });
        });
    }
    if random.chance(100) {
        json.member("contactManagers", |json| {
            json.list(1, |json, _| {
                json.object(|json| {
                    json.text("managerCode", &format!("MN{:08}", random.below(100_000_000)));
                    json.text("managerType", "Functional");
                });
            });
        });
    }
    if random.chance(80) {
        json.member("deliverTo", |json| {
            json.object(|json| {
                json.text("deliverToLocationNumber", &format!("{}", random.below(100_000)));
                json.plain("isDeleted", false);
            });
        });
    }
}

/// Returns a request of contacts with these numbers; `wrong` returns the kind of mistakes of each.
pub fn request(
    random: &mut Random,
    numbers: std::ops::Range<u64>,
    mut wrong: impl FnMut(u64, &mut Random) -> Wrong,
) -> String {
    let mut json = Json::at(0);
    json.list(numbers.end - numbers.start, |json, index| {
        let number = numbers.start + index;
        let wrong = wrong(number, random);
        contact(json, random, number, wrong);
    });
    json.out.push('\n');
    json.out
}
