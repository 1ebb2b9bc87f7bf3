import { ConnectError, EndpointClosedError } from '@grapevine/net';
import { describe, expect, it } from 'vitest';
import { closeReasonOf, connectError, nativeText, streamFailure } from '../src/native-error.js';

const trace =
  '\n\nStack backtrace:\n   0: <anyhow::Error>::msg::<alloc::string::String>\n   1: anyhow::__private::format_err';

describe('the end of a connection', () => {
  it.each([
    ['closed by peer: 0', { type: 'peer', code: 0, reason: '' }],
    ['closed by peer: 17', { type: 'peer', code: 17, reason: '' }],
    ['closed by peer: enough (code 42)', { type: 'peer', code: 42, reason: 'enough' }],
    ['closed by peer: two\nlines (code 3) (code 42)', { type: 'peer', code: 42, reason: 'two\nlines (code 3)' }],
    ['closed', { type: 'local', code: 0, reason: '' }],
    ['timed out', { type: 'timeout' }],
    ['reset by peer', { type: 'reset' }],
    ['aborted by peer: something else', { type: 'error', message: 'aborted by peer: something else' }],
  ])('%j', (text, reason) => expect(closeReasonOf(text)).toEqual(reason));
});

describe('a failure on a stream', () => {
  it.each([
    ['Stopped(99)', { type: 'stopped', code: 99 }],
    ['Reset(77)', { type: 'reset', code: 77 }],
    ['ConnectionLost(ApplicationClosed(ApplicationClose { error_code: 42, reason: b"Reset(1)" }))', { type: 'closed' }],
    ['ClosedStream { _private: () }', { type: 'closed' }],
  ])('%j', (text, failure) => expect(streamFailure(new Error(text + trace))).toEqual(failure));
});

describe('a failed dial', () => {
  const wrapped = (innermost: string) =>
    new Error(
      `ConnectError::Connecting (/somewhere/endpoint.rs:1060:20)\nCaused by:\n    ConnectingError::ConnectionError (/a/poll.rs:258:39)\n    ${innermost}${trace}`,
    );

  it('tells what is innermost, without source files and stack traces', () => {
    const error = connectError('dial', wrapped('aborted by peer: the server refused to accept a new connection'));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({
      reason: 'refused',
      message: 'dial failed: aborted by peer: the server refused to accept a new connection',
    });
  });

  it('of a closed endpoint says so', () => {
    expect(connectError('dial', wrapped('Endpoint is closed (/a/endpoint.rs:1:2)'))).toBeInstanceOf(
      EndpointClosedError,
    );
  });

  it('of a kind that nobody knows is a transport failure, and no text is read without bound', () => {
    expect(connectError('dial', new Error('x'.repeat(1_000_000)))).toMatchObject({ reason: 'transport' });
    expect(nativeText('y'.repeat(1_000_000)).length).toBeLessThan(10_000);
  });
});
