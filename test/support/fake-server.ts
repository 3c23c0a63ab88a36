import { type Listening, listenOnLoopback } from './proxy.ts';

/** A server of another kind, as far as its login and the answer to a first statement show it. */
export type FakeServer = {
  /** What it reports at login (ParameterStatus). */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What `version()` answers. */
  readonly version: string;
  /** Whether it understands our first statement. Otherwise it answers with a syntax error. */
  readonly understands?: boolean;
  /** Rows of texts that it answers to a command in the simple protocol, by column. It answers others with `version`. */
  readonly answers?: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  /** The SQLSTATE by which it refuses each login. */
  readonly refuses?: string;
};

const PID = 4711;
const REQUEST_TLS = 80_877_103;

/** Lets every client in without a password. `statements` has what clients sent. */
export async function startFakeServer(
  fake: FakeServer,
): Promise<Listening & { readonly statements: readonly string[] }> {
  const statements: string[] = [];
  const listening = await listenOnLoopback((socket) => {
    let isGreeted = false;
    let rest: Buffer = Buffer.alloc(0);
    let failed = false;
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      if (!isGreeted) {
        if (rest.length < 8) return;
        const isTls = rest.readUInt32BE(4) === REQUEST_TLS;
        rest = rest.subarray(rest.readUInt32BE(0));
        if (isTls) return void socket.write('N');
        isGreeted = true;
        if (fake.refuses !== undefined) return void socket.end(refusal(fake.refuses));
        socket.write(greeting(fake));
      }
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const type = rest.toString('latin1', 0, 1);
        const content = rest.subarray(5, 1 + rest.readUInt32BE(1));
        rest = rest.subarray(1 + rest.readUInt32BE(1));
        if (type === 'Q' || type === 'P') statements.push(content.toString('latin1'));
        if (type === 'Q') socket.write(Buffer.concat([answered(fake, content), READY]));
        if (type === 'P') failed = fake.understands !== true;
        if (type === 'P' && failed) socket.write(syntaxError());
        if (type === 'E' && !failed) socket.write(rows(...answerTo(fake)));
        if (type === 'S') socket.write(READY);
      }
    });
  });
  return { ...listening, statements };
}

function answered({ answers, version }: FakeServer, command: Buffer): Buffer {
  const found = answers?.[command.toString('utf8').replace('\0', '')];
  if (found === undefined) return rows(['version'], [version]);
  return rows(Object.keys(found[0] ?? {}), ...found.map((row) => Object.values(row)));
}

function answerTo({ version }: FakeServer): readonly [readonly string[], readonly string[]] {
  return [
    ['pid', 'version', 'port', 'number', 'foreign'],
    [String(PID), version, '0', '150002', ''],
  ];
}

function greeting({ parameters = {} }: FakeServer): Buffer {
  const reported = Object.entries(parameters).map(([name, value]) => message('S', text(name), text(value)));
  return Buffer.concat([message('R', int32(0)), ...reported, message('K', int32(PID), int32(1)), READY]);
}

function refusal(sqlstate: string): Buffer {
  const words = 'unrecognized configuration parameter "local_preload_libraries"';
  const fields = ['SFATAL', `C${sqlstate}`, `M${words}`, 'Rset_config_option'].map(text);
  return message('E', ...fields, Buffer.from([0]));
}

function syntaxError(): Buffer {
  const fields = ['SERROR', 'C42601', 'Msyntax error', 'Rscanner_yyerror'].map(text);
  return message('E', ...fields, Buffer.from([0]));
}

/** Description, rows of texts, and their end. */
function rows(names: readonly string[], ...all: readonly (readonly string[])[]): Buffer {
  const TEXT = 25;
  const described = names.map((name) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(TEXT), int16(-1), int32(-1), int16(0)]),
  );
  const cell = (value: string) => Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([
    message('T', int16(names.length), ...described),
    ...all.map((values) => message('D', int16(values.length), ...values.map(cell))),
    message('C', text('SHOW')),
  ]);
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(content.length + 4), content]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const READY = message('Z', Buffer.from('I'));
