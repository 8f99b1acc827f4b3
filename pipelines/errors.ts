/**
 * Every error that a person or a script can meet, by its stable code.
 * docs/errors.md is generated from this table's words and compared with it by a test.
 */
export const errorTable = {
  CUPOLA_CONFIG_INVALID: {
    meaning: 'A configuration field is unknown, missing, contradictory or out of bounds.',
    remedy: 'Correct the named field; `cupola config schema` lists every field with its bounds and default.',
  },
  CUPOLA_STREAM_INVALID: {
    meaning: 'A stream definition breaks a rule of its own (lengths, strides, channels).',
    remedy: 'Correct the named field of the definition; a changed definition needs a new version.',
  },
  CUPOLA_STREAM_UNKNOWN: {
    meaning: 'A stream was named that nobody has defined.',
    remedy: 'List the streams with `cupola streams` and use one of those ids.',
  },
  CUPOLA_THRESHOLD_INVALID: {
    meaning: 'A threshold policy does not exist or one of its parameters is out of bounds.',
    remedy: 'Use the policy, parameter and bound that the message names.',
  },
  CUPOLA_SCORING_INVALID: {
    meaning:
      'A rule by which residuals become a score does not exist, does not go with the architecture, or cannot be fitted on its residuals.',
    remedy:
      'Use the rule or the bound that the message names; more shrinkage makes a singular correlation matrix regular.',
  },
  CUPOLA_TRAINING_TOO_SHORT: {
    meaning: 'There is too little normal telemetry in the range to train a model on, or to hold out.',
    remedy: 'Wait for more telemetry, or choose a longer range; judge anomalies that are normal as normal.',
  },
  CUPOLA_MODEL_UNKNOWN: {
    meaning: 'A model version was named that is not in the bundle store.',
    remedy: 'List the models with `cupola models list` and use one of those versions.',
  },
  CUPOLA_MODEL_UNSUITED: {
    meaning: 'A model was asked for something that models of its architecture or shape cannot do.',
    remedy: 'Use a model for which what the message names is so; `cupola models architectures` lists all kinds.',
  },
  CUPOLA_IMPORT_REFUSED: {
    meaning: 'An ONNX model made elsewhere cannot take the place of one of our own.',
    remedy: 'Export it again in the way that the message names; docs/models.md says what a model must be like.',
  },
  CUPOLA_ARCHITECTURE_INVALID: {
    meaning: 'An autoencoder architecture was named or set in a way that it does not allow.',
    remedy: 'Correct the named setting; the message states its bound.',
  },
  CUPOLA_MODEL_NOT_LOADED: {
    meaning: 'Windows were to be scored under a model that this runtime has not loaded.',
    remedy: 'This is a fault of the program: load the model first. Please report it.',
  },
  CUPOLA_RUNTIME_FAILED: {
    meaning: 'The scoring runtime could not load or run a model, or its worker ended.',
    remedy: 'Read the cause; `cupola doctor` tells whether onnxruntime works on this machine.',
  },
  CUPOLA_RUNTIME_CLOSED: {
    meaning: 'A scoring runtime or training backend was used after it was closed.',
    remedy: 'None is needed while shutting down; at any other time it is a fault of the program. Please report it.',
  },
  CUPOLA_TRAINING_DIVERGED: {
    meaning: 'The training loss stopped being a number before any epoch succeeded.',
    remedy: 'Lower learningRate; look for extreme values in the training range.',
  },
  CUPOLA_TRAINING_ABORTED: {
    meaning: 'A fit was called off before it ended.',
    remedy: 'None is needed; the model in force stays in force.',
  },
  CUPOLA_TRAINING_FAILED: {
    meaning: 'The training backend could not be set up, or its worker ended.',
    remedy: 'Read the cause; `cupola doctor` tells which backends work on this machine.',
  },
  CUPOLA_CASE_UNKNOWN: {
    meaning: 'A case was named by a hash that is not in the bundle store.',
    remedy: 'Restore the case from a backup; what refers to it cannot be reproduced without it.',
  },
  CUPOLA_BUNDLE_CORRUPT: {
    meaning: 'A bundle on disk does not match its checksum or its schema.',
    remedy: 'Restore the bundle from a backup, or remove its folder and train again.',
  },
  CUPOLA_DATASET_NOT_FOUND: {
    meaning: 'A data set, one of its channels, or one of its files is not there.',
    remedy: 'Use one of the names that the message lists, or point --data at the folder that holds the data set.',
  },
  CUPOLA_DATASET_INVALID: {
    meaning: 'A recorded file is not as its format says, or a position to go on from does not lie in it.',
    remedy:
      'Correct or fetch the named file again; to replay a file that was changed, start with an empty data folder.',
  },
  CUPOLA_TELEMETRY_UNDECODABLE: {
    meaning:
      'Bytes that should be a telemetry record or a run of score events are cut short, altered or of another schema.',
    remedy: 'Look at the named byte; read the record with the version that wrote it, or let it go to the dead letters.',
  },
  CUPOLA_RECORD_UNDECODABLE: {
    meaning: 'A JSON record of a topic is not JSON, or breaks its schema at the named field.',
    remedy:
      'Look for another writer of that topic, or for a record that a newer version wrote; correct it and write it again.',
  },
  CUPOLA_RECORD_UNENCODABLE: {
    meaning: 'A record breaks a rule of its own type, so that nobody could read it back.',
    remedy: 'Nothing was written. Correct the named field where the record is made.',
  },
  CUPOLA_PARAMETER_UNKNOWN: {
    meaning: 'A parameter was named that is not in the dictionary of public station parameters.',
    remedy: 'Use one of the nearest ids that the message names, or define the channel in full.',
  },
  CUPOLA_WRITER_FENCED: {
    meaning: 'A newer writer of the same id has taken over; this one may not commit any more.',
    remedy: 'None is needed: the newer writer goes on. If it recurs, two processes share one identity.',
  },
  CUPOLA_TOPIC_UNKNOWN: {
    meaning: 'A topic was named that was never created in this log.',
    remedy: 'Create it first (ensureTopics), or correct the name.',
  },
  CUPOLA_LOG_REQUEST_INVALID: {
    meaning: 'A record or a request to the log names a partition, key, offset or time that cannot be.',
    remedy: 'Correct the named field; nothing of the request was written.',
  },
  CUPOLA_LOG_CLOSED: {
    meaning: 'The log, or the writer of it that was used, has been closed.',
    remedy: 'Open it again; a commit that was not acknowledged was not written.',
  },
  CUPOLA_LOG_UNREACHABLE: {
    meaning: 'No broker of the log answered, or none that could, for as long as was waited.',
    remedy:
      'See that the brokers run, that log.brokers names them, that log.tls.enabled is as they have it, and that the network lets them be reached.',
  },
  CUPOLA_LOG_ACCESS_REFUSED: {
    meaning: 'The brokers of the log refused who asks, or what was asked for.',
    remedy:
      'Correct log.sasl, or have its user granted the topics, groups and transactional ids that the message names (docs/kafka.md).',
  },
  CUPOLA_LOG_TLS_FAILED: {
    meaning:
      'No encrypted connection to a broker of the log: its certificate is not to be trusted, or ours is not taken.',
    remedy:
      "Name the authority of the brokers' certificates in log.tls.caFile, and the brokers in log.brokers as their certificates do; where they ask for a certificate, log.tls.certFile and log.tls.keyFile.",
  },
  CUPOLA_LOG_FAILED: {
    meaning: 'A broker of the log answered with an error that trying again does not help.',
    remedy: "Look for the broker's own words in the message, and in its log.",
  },
  CUPOLA_COMMIT_UNCERTAIN: {
    meaning: 'A commit to the log failed on the way, so that it may have been written or not; its writer has ended.',
    remedy: 'None is needed for a service: it goes on from what was committed. Else open the writer again and look.',
  },
  CUPOLA_PARTITION_STOPPED: {
    meaning: 'A record of the log could not be taken, so that its partition stands still; the others go on.',
    remedy:
      'Repair what the message names: the record is tried again every 30 s. Where no version can read it, delete the partition up to it with the means of the log.',
  },
  CUPOLA_HISTORY_CLOSED: {
    meaning: 'The history that was used has been closed.',
    remedy: 'Open it again; a write that was not acknowledged may be repeated.',
  },
  CUPOLA_HISTORY_UNAVAILABLE: {
    meaning: 'The server of the history does not answer, or says that it cannot now.',
    remedy: 'Start InfluxDB, or correct history.url; what is recorded meanwhile is buffered on disk and written later.',
  },
  CUPOLA_HISTORY_REFUSED: {
    meaning: 'The server of the history answers, and does not want what it was asked.',
    remedy: 'Read its reason. Where a database or retention policy is not found, run `cupola influx apply`.',
  },
  CUPOLA_LOG_FORM_UNKNOWN: {
    meaning: 'The file of the embedded log and history was written in a form that this release does not know.',
    remedy: 'Run the release that wrote it, or give this one another data folder.',
  },
  CUPOLA_LOG_IN_USE: {
    meaning: 'Another process has the embedded log or history open; each serves one process at a time.',
    remedy: 'Stop the named process, speak to it through its API, or give this one another data folder.',
  },
  CUPOLA_PORT_IN_USE: {
    meaning: 'The console or a source cannot listen: another process has its port.',
    remedy: 'Stop that process (perhaps another Cupola), or set another port in cupola.yaml.',
  },
  CUPOLA_REQUEST_INVALID: {
    meaning: 'A request to the console has a field that is missing, unknown or out of bounds.',
    remedy: 'Correct the named field; services/console/api.ts describes every request.',
  },
  CUPOLA_ROUTE_UNKNOWN: {
    meaning: 'The console has nothing at this method and path.',
    remedy: 'Correct the path; services/console/api.ts names every one.',
  },
  CUPOLA_ORIGIN_REFUSED: {
    meaning: 'A request came from a page of another origin, or under a host name that the console does not serve.',
    remedy: 'Use the console at the address that it printed when it started.',
  },
  CUPOLA_ANOMALY_UNKNOWN: {
    meaning: 'An anomaly was named that is neither in the log nor in history.',
    remedy: 'List the anomalies with GET /api/anomalies and use one of those ids.',
  },
  CUPOLA_COMMAND_UNKNOWN: {
    meaning: 'A command was named that is not in the log.',
    remedy: 'Use the id that POST /api/commands answered with.',
  },
  CUPOLA_CONSOLE_FAILED: {
    meaning: 'The console met an error that it does not know.',
    remedy: 'Look for the cause in its log, and report it.',
  },
  CUPOLA_USAGE_INVALID: {
    meaning: 'A command line names a command, an option or a value that does not exist.',
    remedy: 'Add --help to the command: it shows what it takes, with examples.',
  },
  CUPOLA_SYSTEM_UNREACHABLE: {
    meaning: 'No running Cupola answers at the address that a command speaks to.',
    remedy: 'Start one with `cupola start`, or name its address with --url.',
  },
  CUPOLA_COMMAND_PENDING: {
    meaning: 'A running system took a command and has not applied it in the time that was waited.',
    remedy: 'It takes effect as telemetry comes: wait longer (--wait), or look again later.',
  },
  CUPOLA_COMMAND_REFUSED: {
    meaning: 'The service that applies a command could not obey it.',
    remedy: 'Correct what the message names and ask again.',
  },
  CUPOLA_FAULT_IMPOSSIBLE: {
    meaning: 'A fault was asked for that the simulator cannot inject there.',
    remedy: 'Correct the named field: the bound says which channels and values can have this kind of fault.',
  },
  CUPOLA_SCENARIO_CHANGED: {
    meaning: 'The simulator is asked to go on where another scenario (seed, start, faults) stopped.',
    remedy: 'Give the named field its former value, or use an empty data folder (--data-dir).',
  },
  CUPOLA_DATA_DIR_UNUSABLE: {
    meaning: 'The data folder cannot be made or written.',
    remedy: 'Make it writable, or name another with --data-dir or dataDir in cupola.yaml.',
  },
  CUPOLA_FILE_UNUSABLE: {
    meaning: 'A file or folder cannot be read or written; the message has the reason of the operating system.',
    remedy: 'See that the path is right, its folder is there, its permissions allow it and the disk has room.',
  },
  CUPOLA_SERVICE_FAILED: {
    meaning: 'A service met an error that it cannot go on after, so the whole process ended.',
    remedy: 'Look at the cause in the log. What was committed is kept: the next start goes on from there.',
  },
  CUPOLA_LOCAL_SERVER_MISSING: {
    meaning: 'A real server for development and tests needs a program that is not on this machine.',
    remedy: 'Install the package that the message names, or use docker-compose.yml.',
  },
  CUPOLA_LOCAL_SERVER_FAILED: {
    meaning: 'A real server for development and tests could not be fetched, or ended before it was ready.',
    remedy: 'Read what it printed; `deploy/local/down` clears away what was started.',
  },
  CUPOLA_UNEXPECTED: {
    meaning: 'A command met an error that it does not know.',
    remedy: 'Run it again with --debug for the place in the code, and report it.',
  },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ErrorCode = keyof typeof errorTable;

/** What an error is about: the field, the value found, and the bound that it broke. */
export interface ErrorSubject {
  readonly field?: string;
  readonly value?: unknown;
  readonly bound?: string;
  /** Where it stood: a byte offset in what was being decoded. */
  readonly position?: number;
  readonly cause?: unknown;
}

/** An error with a stable code, its subject, and what to do about it. */
export class CupolaError extends Error {
  override readonly name = 'CupolaError';
  readonly code: ErrorCode;
  readonly subject: ErrorSubject;

  constructor(code: ErrorCode, detail: string, subject: ErrorSubject = {}) {
    super(`${code}: ${detail}`, subject.cause === undefined ? undefined : { cause: subject.cause });
    this.code = code;
    this.subject = subject;
  }

  /** What the reader should do next. */
  get remedy(): string {
    return errorTable[this.code].remedy;
  }
}
