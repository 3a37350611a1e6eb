/// A window of a list: `page` from 1, `per_page` from 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    number: u32,
    size: u32,
}

/// Why a window is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// `page` is out of range.
    #[error("must be a whole number from 1 to 1000000")]
    Number,
    /// `perPage` is out of range.
    #[error("must be a whole number from 1 to 200")]
    Size,
}

impl Page {
    const MAX_NUMBER: u32 = 1_000_000;
    const MAX_SIZE: u32 = 200;

    /// A window of `size` items; left-out values are page 1 and 50 items.
    pub fn new(number: Option<u32>, size: Option<u32>) -> Result<Self, PageError> {
        let (number, size) = (number.unwrap_or(1), size.unwrap_or(50));
        if !(1..=Self::MAX_NUMBER).contains(&number) {
            return Err(PageError::Number);
        }
        if !(1..=Self::MAX_SIZE).contains(&size) {
            return Err(PageError::Size);
        }
        Ok(Self { number, size })
    }

    /// Which window this is, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many items a window holds at most.
    pub fn size(self) -> u32 {
        self.size
    }

    /// How many items come before this window.
    pub fn offset(self) -> u64 {
        u64::from(self.number - 1) * u64::from(self.size)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self {
            number: 1,
            size: 50,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_bounded() {
        assert_eq!(Page::new(None, None).unwrap(), Page::default());
        assert_eq!(Page::new(Some(3), Some(20)).unwrap().offset(), 40);
        assert_eq!(Page::new(Some(0), None), Err(PageError::Number));
        assert_eq!(Page::new(None, Some(201)), Err(PageError::Size));
        assert_eq!(Page::new(None, Some(0)), Err(PageError::Size));
    }
}
