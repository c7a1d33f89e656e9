/** What the user has booked. */
export function Bookings({ bookings, events }) {
  const names = new Map(events.map((event) => [event.id, event.name]));
  if (bookings.length === 0) {
    return <p className="text-body-secondary">You have not booked anything yet.</p>;
  }
  return (
    <ul className="list-group col-md-6">
      {bookings.map((booking) => (
        <li key={booking.id} className="list-group-item d-flex justify-content-between">
          <span>{names.get(booking.event_id) ?? "an event"}</span>
          <span>{booking.seats === 1 ? "1 seat" : `${booking.seats} seats`}</span>
        </li>
      ))}
    </ul>
  );
}
