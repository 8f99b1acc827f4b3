import { streams, subsystems } from '../state/console-state.ts';
import { StreamRow } from './StreamRow.tsx';

/** Every stream, by subsystem. */
export function StreamList() {
  return (
    <nav class="streams" aria-label="Streams">
      {streams.value.size === 0 && (
        <p class="hint">
          No stream yet. Ingest announces its streams as it starts; they appear here, warm up, and are watched.
        </p>
      )}
      {[...subsystems.value].map(([subsystem, ids]) => (
        <section key={subsystem} aria-label={subsystem || 'Streams'}>
          <h2>{subsystem || 'Streams'}</h2>
          <ul>
            {ids.map((id) => (
              <StreamRow key={id} stream={streams.value.get(id)!} />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
