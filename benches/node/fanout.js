// The baseline of sockets: Socket.IO's own server, as its documentation writes it, tokens verified with a ready key.
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';

const key = createSecretKey(Buffer.from(process.env.JWT_SECRET));
const http = createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== '/api/socket') {
    response.writeHead(404).end();
    return;
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const { event, data } = JSON.parse(Buffer.concat(parts));
  io.emit(event, { ...data, timestamp: new Date().toISOString() });
  response.setHeader('content-type', 'application/json');
  response.end('{"success":true}');
});
const io = new Server(http, { serveClient: false });

io.of('/customer').use((socket, next) => {
  try {
    const { sub, role } = jwt.verify(socket.handshake.auth.token, key, { algorithms: ['HS256'], issuer: 'lockstep' });
    if (role !== 'customer') throw new Error(`Role ${role} may not use /customer`);
    socket.data.account = sub;
    socket.join(sub);
    next();
  } catch (error) {
    next(error);
  }
});

http.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${http.address().port}`));
