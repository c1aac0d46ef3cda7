//! A saga of one's own: book a flight and a hotel, or neither.

mod book_flight;
mod book_hotel;
mod booking_system;
mod bookings;
mod saga;

pub use book_flight::BookFlight;
pub use book_hotel::BookHotel;
pub use booking_system::{BookingSystem, book_once};
pub use bookings::Bookings;
pub use saga::{Trip, trip};
