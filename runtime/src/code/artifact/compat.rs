//! What compiled code fits to, as lines of text: `name=value`.

use super::ArtifactError;

/// The line with the processor features that code needs.
pub(crate) const CPU: &str = "processor features";
/// The line with the proposals that are switched on.
pub(crate) const WASM: &str = "Wasm features";

/// Whether code with the lines that were found fits to an engine with those that are wanted, on
/// this machine.
pub(crate) fn check(wanted: &str, found: &str) -> Result<(), ArtifactError> {
    let mut wanted = wanted.lines();
    for line in found.lines() {
        let Some((name, value)) = line.split_once('=') else {
            return Err(ArtifactError::Damaged("a section is malformed"));
        };
        let own = wanted.next().and_then(|line| line.split_once('='));
        let Some((_, own)) = own.filter(|(own, _)| *own == name) else {
            let message = format!("it is made by a version of Windlass with a setting `{name}`");
            return Err(ArtifactError::Incompatible(message));
        };
        let words = |list: &'_ str| list.split(' ').map(str::to_string).collect::<Vec<_>>();
        match name {
            CPU => {
                let here = windlass_isa::host_features();
                let mut needed = value.split(' ').filter(|word| !word.is_empty());
                if let Some(missing) = needed.find(|word| !here.contains(word)) {
                    let name = missing.strip_prefix("has_").unwrap_or(missing);
                    return Err(ArtifactError::MissingFeature(name.to_string()));
                }
            }
            WASM => {
                let on = words(own);
                if let Some(missing) = words(value).iter().find(|word| !on.contains(word)) {
                    let message = format!("the Wasm feature {missing} is switched off here");
                    return Err(ArtifactError::Incompatible(message));
                }
            }
            _ if value != own => {
                let message = format!("its {name} is {value}, and {own} is wanted");
                return Err(ArtifactError::Incompatible(message));
            }
            _ => {}
        }
    }
    match wanted.next() {
        None => Ok(()),
        Some(line) => {
            let message =
                format!("it is made by a version of Windlass that does not know `{line}`");
            Err(ArtifactError::Incompatible(message))
        }
    }
}
