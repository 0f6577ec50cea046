// Drives yaml-language-server over stdio, as an editor does, with the schema of scenarios:
// completion at a key, hover on a key, a misspelt key. Ends with 1 if one of them is not right.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const scenarios = join(here, '..', '..', 'scenarios');
const bin = join(here, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server');
const server = spawn(process.execPath, [bin, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });

// Each message is a head with its length, an empty line, and JSON.
let input = Buffer.alloc(0);
let number = 0;
const waiting = new Map();
const published = new Map();
const diagnosed = new Map();

server.stdout.on('data', (bytes) => {
  input = Buffer.concat([input, bytes]);
  for (;;) {
    const end = input.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(input.toString('utf8', 0, end))[1]);
    if (input.length < end + 4 + length) return;
    const message = JSON.parse(input.toString('utf8', end + 4, end + 4 + length));
    input = input.subarray(end + 4 + length);
    receive(message);
  }
});

function receive(message) {
  if (message.method && message.id !== undefined) {
    // The server asks for its settings, and to register what it can do.
    const items = message.params?.items ?? [];
    const schemaStore = { enable: false };
    const settings = { validate: true, hover: true, completion: true, schemaStore };
    const result = items.map(({ section }) => (section === 'yaml' ? settings : null));
    send({ id: message.id, result: message.method === 'workspace/configuration' ? result : null });
  } else if (message.method === 'textDocument/publishDiagnostics') {
    const { uri, diagnostics } = message.params;
    published.set(uri, diagnostics);
    diagnosed.get(uri)?.(diagnostics);
  } else if (waiting.has(message.id)) {
    waiting.get(message.id)(message.result);
    waiting.delete(message.id);
  }
}

function send(message) {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function request(method, params) {
  number += 1;
  const id = number;
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

// Opens a text as a scenario of that name, and waits for what is found in it.
function open(name, text) {
  const uri = pathToFileURL(join(scenarios, name)).href;
  const found = new Promise((resolve) => diagnosed.set(uri, resolve));
  const textDocument = { uri, languageId: 'yaml', version: 1, text };
  send({ method: 'textDocument/didOpen', params: { textDocument } });
  return found.then((diagnostics) => ({ uri, diagnostics }));
}

// The place of a piece of a text, or so many characters after its beginning.
function place(text, piece, after = 0) {
  const before = text.slice(0, text.indexOf(piece) + after).split('\n');
  return { line: before.length - 1, character: before.at(-1).length };
}

let failed = false;
function expect(what, found, holds) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}: ${found}`);
  failed ||= !holds;
}

const timer = setTimeout(() => {
  console.log('FAILED the server did not answer within 60 s');
  server.kill();
  process.exit(1);
}, 60_000);

await request('initialize', {
  processId: process.pid,
  rootUri: pathToFileURL(join(here, '..', '..')).href,
  capabilities: {
    textDocument: {
      hover: { contentFormat: ['markdown'] },
      completion: { completionItem: { snippetSupport: true } },
    },
    workspace: { configuration: true },
  },
});
send({ method: 'initialized', params: {} });

const quickstart = readFileSync(join(scenarios, 'quickstart.yaml'), 'utf8');

const sound = await open('sound.yaml', quickstart);
const none = sound.diagnostics.length === 0;
expect('diagnostics of quickstart.yaml', JSON.stringify(sound.diagnostics), none);

const hover = await request('textDocument/hover', {
  textDocument: { uri: sound.uri },
  position: place(quickstart, 'duration:', 2),
});
const shown = JSON.stringify(hover?.contents?.value ?? hover?.contents ?? null);
const described = shown.includes('How long customers write') && shown.includes('30d');
expect('hover on `duration`', shown, described);

const begun = `${quickstart.split('\n')[0]}\nlimitlab: 1\nplans:\n  advanced:\n    act\n`;
const completing = await open('completing.yaml', begun);
const offered = await request('textDocument/completion', {
  textDocument: { uri: completing.uri },
  position: place(begun, '    act', 7),
});
const labels = (offered?.items ?? offered ?? []).map((item) => item.label);
const keys = ['active_agents', 'total_agents', 'credits', 'trial', 'price', 'fair_use'];
expect('completion in a plan', labels.join(', '), keys.every((key) => labels.includes(key)));

const misspelt = quickstart.replace('duration:', 'duratoin:');
const wrong = await open('misspelt.yaml', misspelt);
const at = place(misspelt, 'duratoin');
const is_told = ({ range: { start }, message }) =>
  start.line === at.line && start.character === at.character && message.includes('duratoin');
const told = wrong.diagnostics.find(is_told);
const where = `${at.line + 1}:${at.character + 1}`;
expect('a misspelt key', `${where} ${(told ?? wrong.diagnostics[0])?.message}`, told !== undefined);

clearTimeout(timer);
await request('shutdown', null);
send({ method: 'exit' });
process.exit(failed ? 1 : 0);
