/** An SMTP server that accepts every mail, except the first to each address that `REFUSED_ONCE` matches. */

import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

/** Addresses whose first mail is refused permanently. */
export const REFUSED_ONCE = /^penuh\./;

/** Starts the server on a port of its own. */
export async function startMailServer(): Promise<{ url: string; stop: () => void }> {
  const refused = new Set<string>();
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, refused);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = () => {
    open.forEach((socket) => socket.destroy());
    server.close();
  };
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

/** Holds one SMTP session (RFC 5321): answers each command line, and a mail after its last line. */
function serve(socket: Socket, refused: Set<string>): void {
  let [heard, inMail] = ['', false];
  const say = (answer: string) => socket.write(`${answer}\r\n`);
  say('220 surel.contoh.go.id');
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1');
    for (let end = heard.indexOf('\r\n'); end >= 0; end = heard.indexOf('\r\n')) {
      const line = heard.slice(0, end);
      heard = heard.slice(end + 2);
      if (inMail) {
        if (line !== '.') continue;
        inMail = false;
        say('250 OK');
      } else if (/^DATA$/i.test(line)) {
        inMail = true;
        say('354 .');
      } else {
        say(answerTo(line, refused));
      }
      if (/^QUIT$/i.test(line)) socket.end();
    }
  });
}

function answerTo(line: string, refused: Set<string>): string {
  const recipient = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1];
  if (recipient && REFUSED_ONCE.test(recipient) && !refused.has(recipient)) {
    refused.add(recipient);
    return '550 5.1.1 kotak surat tidak ada';
  }
  return /^QUIT$/i.test(line) ? '221 OK' : '250 OK';
}
