import { useCallback, useEffect, useState } from "react";
import { Bookings } from "./Bookings.jsx";
import { Events } from "./Events.jsx";
import { listBookings, listEvents, readConfig } from "./api.js";

const NAME = "myevents-user";

/** The whole page: who the user is, the events, and what the user has booked. */
export function App() {
  const [config, setConfig] = useState(null);
  const [user, setUser] = useState(() => localStorage.getItem(NAME) ?? "");
  const [events, refreshEvents] = useList(config, listEvents);
  const listOwn = useCallback((where) => (user ? listBookings(where, user) : []), [user]);
  const [bookings, refreshBookings] = useList(config, listOwn);
  const [failure, setFailure] = useState(null);

  useEffect(() => {
    readConfig().then(setConfig, (error) => setFailure(error.message));
  }, []);
  useEffect(() => localStorage.setItem(NAME, user), [user]);

  const refresh = () => {
    refreshEvents();
    refreshBookings();
  };
  return (
    <main className="container py-4">
      <h1 className="mb-3">MyEvents</h1>
      <Problem text={failure} />
      <div className="mb-4 col-md-4">
        <label className="form-label" htmlFor="user">Your name</label>
        <input
          id="user"
          className="form-control"
          maxLength={200}
          value={user}
          onChange={(event) => setUser(event.target.value)}
        />
      </div>
      <section aria-labelledby="events-title">
        <h2 id="events-title">Events</h2>
        <Problem text={events.failure} onRetry={refresh} />
        <Events config={config} events={events.rows} user={user.trim()} onBooked={refresh} />
      </section>
      <section aria-labelledby="bookings-title">
        <h2 id="bookings-title">Your bookings</h2>
        <Problem text={bookings.failure} onRetry={refresh} />
        <Bookings bookings={bookings.rows} events={events.rows} />
      </section>
    </main>
  );
}

/** What went wrong, in a sentence. */
export function Problem({ text, onRetry }) {
  if (!text) return null;
  return (
    <div className="alert alert-danger d-flex justify-content-between" role="alert">
      <span>{text}</span>
      {onRetry && (
        <button type="button" className="btn btn-sm btn-outline-danger" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A list that is read when the page knows where, and again when it is asked to. */
function useList(config, read) {
  const [list, setList] = useState({ rows: [], failure: null });
  const refresh = useCallback(async () => {
    if (!config) return;
    try {
      setList({ rows: await read(config), failure: null });
    } catch (error) {
      setList((before) => ({ rows: before.rows, failure: error.message }));
    }
  }, [config, read]);
  useEffect(() => {
    refresh();
  }, [refresh]);
  return [list, refresh];
}
