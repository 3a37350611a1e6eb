use chrono::{DateTime, Utc};

/// A place on earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinate {
    latitude: f64,
    longitude: f64,
}

/// A number that is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoordinateError {
    /// Beyond a pole.
    #[error("must be a number from -90 to 90")]
    Latitude,
    /// More than half way round.
    #[error("must be a number from -180 to 180")]
    Longitude,
}

impl CoordinateError {
    /// The field that is wrong.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
        }
    }
}

impl Coordinate {
    /// A place; refused where it is none.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, CoordinateError> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(CoordinateError::Latitude);
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(CoordinateError::Longitude);
        }
        Ok(Self {
            latitude,
            longitude,
        })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        self.longitude
    }
}

/// Where somebody was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// The place.
    pub place: Coordinate,
    /// When.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_on_earth_are_places() {
        assert!(Coordinate::new(28.6139, 77.2090).is_ok());
        assert!(Coordinate::new(-90.0, 180.0).is_ok());
        assert_eq!(Coordinate::new(90.1, 0.0), Err(CoordinateError::Latitude));
        assert_eq!(
            Coordinate::new(f64::NAN, 0.0),
            Err(CoordinateError::Latitude)
        );
        assert_eq!(
            Coordinate::new(0.0, -180.5),
            Err(CoordinateError::Longitude)
        );
    }
}
