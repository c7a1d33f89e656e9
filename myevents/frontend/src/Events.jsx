import { useRef, useState } from "react";
import { Problem } from "./App.jsx";
import { book, newKey } from "./api.js";

/** The events, each with a button that books a seat. */
export function Events({ config, events, user, onBooked }) {
  const [failure, setFailure] = useState(null);
  // A request that may have arrived keeps its key, so that pressing again does not book twice.
  const keys = useRef(new Map());

  async function onBook(event) {
    const key = keys.current.get(event.id) ?? newKey();
    keys.current.set(event.id, key);
    try {
      await book(config, { event_id: event.id, user, seats: 1 }, key);
      keys.current.delete(event.id);
      setFailure(null);
    } catch (error) {
      setFailure(error.message);
    }
    onBooked();
  }

  if (events.length === 0) return <p className="text-body-secondary">There are no events yet.</p>;
  return (
    <>
      <Problem text={failure} />
      <table className="table align-middle">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Where</th>
            <th scope="col">Free seats</th>
            <th scope="col"><span className="visually-hidden">Book</span></th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <td>{event.name}</td>
              <td>{event.location ?? "–"}</td>
              <td>{event.seats - event.booked}</td>
              <td className="text-end">
                <button
                  type="button"
                  className="btn btn-primary btn-sm"
                  disabled={!user || event.booked >= event.seats}
                  title={user ? undefined : "Enter your name first"}
                  aria-label={`Book ${event.name}`}
                  onClick={() => onBook(event)}
                >
                  {event.booked >= event.seats ? "Sold out" : "Book"}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
