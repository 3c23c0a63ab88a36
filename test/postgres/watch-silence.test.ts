import { once } from 'node:events';
import { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { watchSilence } from '../../functions/postgres/connection/watch-silence.ts';

test('a login that waited for us until its time was over ends at once, and the log has no warning', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const socket = new Socket();
  const silence = watchSilence(socket, -1_320, () => false);
  silence.pause();
  silence.goOn();
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ how: 'silent' });
  expect(warned).not.toHaveBeenCalled();
});
