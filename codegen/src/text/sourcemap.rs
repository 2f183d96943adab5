//! Where the entities of a function stand in the text.

use super::error::{Location, ParseResult, error};
use crate::FxHashMap;
use crate::ir::entities::AnyEntity;

/// Where each declared entity, block and instruction of a function stands in the text.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    locations: FxHashMap<AnyEntity, Location>,
}

impl SourceMap {
    /// Where the entity is defined, if the text defines it.
    pub fn location(&self, entity: impl Into<AnyEntity>) -> Option<Location> {
        self.locations.get(&entity.into()).copied()
    }

    /// Whether the text defines the entity.
    pub fn contains(&self, entity: impl Into<AnyEntity>) -> bool {
        self.locations.contains_key(&entity.into())
    }

    /// All entities and their places, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (AnyEntity, Location)> + '_ {
        self.locations.iter().map(|(&entity, &location)| (entity, location))
    }

    /// Records a definition; a second one is an error.
    pub(super) fn define(
        &mut self,
        entity: impl Into<AnyEntity>,
        location: Location,
    ) -> ParseResult<()> {
        let entity = entity.into();
        match self.locations.insert(entity, location) {
            None => Ok(()),
            Some(first) => {
                Err(error(location, format!("{entity} is defined twice: first at {first}")))
            }
        }
    }
}
