//! Names of functions and data that live outside of the function at hand.

use super::entities::UserExternalNameRef;
use super::function::FunctionParameters;
use super::known_symbol::KnownSymbol;
use super::libcall::LibCall;
use core::fmt;

/// A name that the user gives by two numbers; it prints as `u0:5`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserExternalName {
    /// The name space.
    pub namespace: u32,
    /// The number in the name space.
    pub index: u32,
}

impl UserExternalName {
    /// The name of these two numbers.
    pub const fn new(namespace: u32, index: u32) -> Self {
        Self { namespace, index }
    }
}

impl fmt::Display for UserExternalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "u{}:{}", self.namespace, self.index)
    }
}

/// A name by letters, for tests; it prints as `%name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestcaseName(Box<[u8]>);

impl TestcaseName {
    /// The name of these bytes, without the `%`.
    pub fn new<T: AsRef<[u8]>>(name: T) -> Self {
        Self(name.as_ref().into())
    }

    /// The bytes of the name.
    pub fn raw(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for TestcaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for TestcaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of a function that is being compiled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserFuncName {
    /// A name by two numbers.
    User(UserExternalName),
    /// A name by letters.
    Testcase(TestcaseName),
}

impl UserFuncName {
    /// The name `u<namespace>:<index>`.
    pub const fn user(namespace: u32, index: u32) -> Self {
        Self::User(UserExternalName::new(namespace, index))
    }

    /// The name `%<name>`.
    pub fn testcase<T: AsRef<[u8]>>(name: T) -> Self {
        Self::Testcase(TestcaseName::new(name))
    }

    /// The two numbers, if the name consists of them.
    pub fn get_user(&self) -> Option<&UserExternalName> {
        if let Self::User(name) = self { Some(name) } else { None }
    }
}

impl Default for UserFuncName {
    fn default() -> Self {
        Self::user(0, 0)
    }
}

impl fmt::Display for UserFuncName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => name.fmt(f),
            Self::Testcase(name) => name.fmt(f),
        }
    }
}

/// The name of a function or of data that a function refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExternalName {
    /// A user's name, kept in the function's parameters.
    User(UserExternalNameRef),
    /// A name by letters.
    TestCase(TestcaseName),
    /// A function of the support library.
    LibCall(LibCall),
    /// A symbol that linkers know.
    KnownSymbol(KnownSymbol),
}

impl ExternalName {
    /// The user's name behind this reference.
    pub const fn user(name: UserExternalNameRef) -> Self {
        Self::User(name)
    }

    /// The name `%<name>`.
    pub fn testcase<T: AsRef<[u8]>>(name: T) -> Self {
        Self::TestCase(TestcaseName::new(name))
    }

    /// What `%<name>` denotes: a library call, a known symbol, or otherwise a test case.
    pub fn from_percent_name(name: &str) -> Self {
        if let Ok(call) = name.parse() {
            return Self::LibCall(call);
        }
        name.parse().map_or_else(|()| Self::testcase(name), Self::KnownSymbol)
    }

    /// The name for printing; with the parameters of the function, those print as `u0:5`.
    pub fn display<'a>(
        &'a self,
        params: Option<&'a FunctionParameters>,
    ) -> DisplayableExternalName<'a> {
        DisplayableExternalName { name: self, params }
    }
}

impl Default for ExternalName {
    fn default() -> Self {
        Self::User(UserExternalNameRef::from_u32(0))
    }
}

/// An [`ExternalName`] with what is needed to print it.
pub struct DisplayableExternalName<'a> {
    name: &'a ExternalName,
    params: Option<&'a FunctionParameters>,
}

impl fmt::Display for DisplayableExternalName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            ExternalName::User(reference) => {
                match self.params.and_then(|params| params.user_named_funcs().get(*reference)) {
                    Some(name) => name.fmt(f),
                    None => reference.fmt(f),
                }
            }
            ExternalName::TestCase(name) => name.fmt(f),
            ExternalName::LibCall(call) => write!(f, "%{call}"),
            ExternalName::KnownSymbol(symbol) => write!(f, "%{symbol}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_names_denote_library_calls_by_exact_spelling() {
        let lib = ExternalName::from_percent_name("CeilF32");
        assert_eq!(lib, ExternalName::LibCall(LibCall::CeilF32));
        assert_eq!(lib.display(None).to_string(), "%CeilF32");
        assert_eq!(ExternalName::from_percent_name("ceilf32"), ExternalName::testcase("ceilf32"));
        let table = ExternalName::KnownSymbol(KnownSymbol::ElfGlobalOffsetTable);
        assert_eq!(ExternalName::from_percent_name("ElfGlobalOffsetTable"), table);
    }

    #[test]
    fn user_names_print_with_their_numbers_where_known() {
        let mut params = FunctionParameters::default();
        let name = params.ensure_user_func_name(UserExternalName::new(3, 17));
        let name = ExternalName::user(name);
        assert_eq!(name.display(Some(&params)).to_string(), "u3:17");
        assert_eq!(name.display(None).to_string(), "userextname0");
        assert_eq!(UserFuncName::default().to_string(), "u0:0");
        assert_eq!(UserFuncName::testcase("f").to_string(), "%f");
    }
}
