// Runs the official client against the endpoint in the environment; one JSON line per check: { name, ok, detail }.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import OSS from 'ali-oss';

const { OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET } = process.env;

function client(overrides) {
  return new OSS({
    endpoint: OSS_ENDPOINT,
    region: `oss-${OSS_REGION}`,
    bucket: OSS_BUCKET,
    accessKeyId: OSS_ACCESS_KEY_ID,
    accessKeySecret: OSS_ACCESS_KEY_SECRET,
    ...overrides,
  });
}

async function check(name, body) {
  let ok = true;
  let detail = '';
  try {
    detail = (await body()) ?? '';
  } catch (error) {
    ok = false;
    detail = `${error.name}: ${error.message}`;
  }
  console.log(JSON.stringify({ name, ok, detail: String(detail) }));
}

async function refused(promise, status, code) {
  const error = await promise.then(() => null, (reason) => reason);
  assert.ok(error, `expected ${code}, but the call succeeded`);
  assert.deepEqual([error.status, error.code], [status, code]);
  return error;
}

// 127.0.0.1 as endpoint: the client puts the bucket into the Host header all the same. It cannot send dot segments (its URL
// parser removes them after signing), so there is no such key here.
const oddKeys = ['a b+c%d#e?f&g=h', '日志/应用.log', "it's (1)*!~.log", 'a//b.log'];

async function checks(version, oss) {
  const name = (what) => `${version}: ${what}`;
  const key = `${version}/app.log`;

  await check(name('append at 0 creates'), async () => {
    const result = await oss.append(key, Buffer.from('abc'), { headers: { 'x-oss-meta-app': 'demo' } });
    assert.equal(result.nextAppendPosition, '3');
    assert.equal(result.res.headers['x-oss-hash-crc64ecma'], '3231342946509354535');
  });
  await check(name('three appends follow one another'), async () => {
    let position = '3';
    for (const text of ['123', '日志\n', 'end']) {
      position = (await oss.append(key, Buffer.from(text), { position })).nextAppendPosition;
    }
    assert.equal(position, '16');
  });
  for (const position of ['0', '5', '99']) {
    await check(name(`append at ${position} is refused`), async () => {
      await refused(oss.append(key, Buffer.from('x'), { position }), 409, 'PositionNotEqualToLength');
    });
  }
  await check(name('append to a Normal object is refused'), async () => {
    await oss.put(`${version}/normal`, Buffer.from('abc'));
    await refused(oss.append(`${version}/normal`, Buffer.from('x'), { position: '3' }), 409, 'ObjectNotAppendable');
  });
  await check(name('head tells type, position and metadata'), async () => {
    const { res, meta } = await oss.head(key);
    assert.equal(res.headers['x-oss-object-type'], 'Appendable');
    assert.equal(res.headers['x-oss-next-append-position'], '16');
    assert.deepEqual(meta, { app: 'demo' });
  });
  await check(name('object meta tells the length'), async () => {
    assert.equal((await oss.getObjectMeta(key)).res.headers['content-length'], '16');
  });
  await check(name('get returns all bytes'), async () => {
    assert.equal((await oss.get(key)).content.toString(), 'abc123日志\nend');
  });
  await check(name('get with a range'), async () => {
    const { res, content } = await oss.get(key, { headers: { Range: 'bytes=3-5', 'x-oss-range-behavior': 'standard' } });
    assert.deepEqual([res.status, content.toString(), res.headers['content-range']], [206, '123', 'bytes 3-5/16']);
  });
  await check(name('get with an impossible range'), async () => {
    await refused(oss.get(key, { headers: { Range: 'bytes=99-', 'x-oss-range-behavior': 'standard' } }), 416, 'InvalidRange');
  });
  for (const odd of oddKeys) {
    await check(name(`odd key ${odd}`), async () => {
      const full = `${version}/odd/${odd}`;
      await oss.append(full, Buffer.from(odd));
      assert.equal((await oss.head(full)).res.headers['x-oss-next-append-position'], String(Buffer.byteLength(odd)));
      assert.equal((await oss.get(full)).content.toString(), odd);
    });
  }
  await check(name('missing keys are missing'), async () => {
    await refused(oss.head(`${version}/none`), 404, 'NoSuchKey');
    await refused(oss.get(`${version}/none`), 404, 'NoSuchKey');
  });
  await check(name('missing bucket is missing'), async () => {
    const elsewhere = client({ ...oss.interopOptions, bucket: 'nowhere' });
    await refused(elsewhere.append('x', Buffer.from('x')), 404, 'NoSuchBucket');
  });
  await check(name('both listings agree'), async () => {
    const first = await oss.listV2({ prefix: `${version}/odd/`, 'max-keys': 3 });
    assert.equal(first.isTruncated, true);
    const rest = await oss.listV2({ prefix: `${version}/odd/`, 'continuation-token': first.nextContinuationToken });
    const names = [...first.objects, ...(rest.objects ?? [])].map((o) => o.name);
    assert.deepEqual(new Set(names), new Set(oddKeys.map((odd) => `${version}/odd/${odd}`)));
    assert.deepEqual((await oss.list({ prefix: `${version}/odd/` })).objects.map((o) => o.name), names);
    assert.equal(first.objects[0].type, 'Appendable');
  });
  await check(name('delimiter folds'), async () => {
    const { prefixes, objects } = await oss.listV2({ prefix: `${version}/`, delimiter: '/' });
    assert.deepEqual(prefixes, [`${version}/odd/`]);
    assert.deepEqual(objects.map((o) => o.name), [key, `${version}/normal`]);
  });
  await check(name('presigned URL reads'), async () => {
    const url = version === 'V4'
      ? await oss.signatureUrlV4('GET', 60, { headers: {} }, key)
      : client({ ...oss.interopOptions, endpoint: undefined }).signatureUrl(key, { expires: 60 });
    assert.equal(await getPresigned(url), 'abc123日志\nend');
  });
  await check(name('copy of an appendable object is refused'), async () => {
    await refused(oss.copy(`${version}/copy`, key), 400, 'OperationNotSupported');
  });
  await check(name('delete, again, and several'), async () => {
    assert.equal((await oss.delete(key)).res.status, 204);
    assert.equal((await oss.delete(key)).res.status, 204);
    const { deleted } = await oss.deleteMulti(oddKeys.map((odd) => `${version}/odd/${odd}`), { quiet: false });
    assert.equal(deleted.length, oddKeys.length);
    assert.deepEqual((await oss.listV2({ prefix: `${version}/odd/` })).objects ?? [], []);
  });
  await check(name('append after delete starts at 0'), async () => {
    await refused(oss.append(key, Buffer.from('x'), { position: '16' }), 409, 'PositionNotEqualToLength');
    assert.equal((await oss.append(key, Buffer.from('x'))).nextAppendPosition, '1');
  });
  await check(name('wrong secret is refused'), async () => {
    const wrongKey = client({ ...oss.interopOptions, accessKeySecret: 'wrong' });
    await refused(wrongKey.append(key, Buffer.from('x'), { position: '1' }), 403, 'SignatureDoesNotMatch');
    await refused(wrongKey.head(key), 403, 'SignatureDoesNotMatch');
  });
  await check(name('unknown key is refused'), async () => {
    await refused(client({ ...oss.interopOptions, accessKeyId: 'nobody' }).get(key), 403, 'InvalidAccessKeyId');
  });
  await check(name('bucket comes and goes'), async () => {
    const bucket = `interop-${version.toLowerCase()}`;
    await oss.putBucket(bucket);
    assert.equal((await oss.getBucketInfo(bucket)).bucket.Name, bucket);
    await oss.deleteBucket(bucket);
    await refused(oss.getBucketInfo(bucket), 404, 'NoSuchBucket');
    assert.deepEqual((await oss.listBuckets()).buckets.map((b) => b.name), [OSS_BUCKET]);
  });
}

// The client signs for the bucket's own host, which no resolver knows here: send it to the endpoint under that Host.
async function getPresigned(text) {
  const url = new URL(text);
  const endpoint = new URL(OSS_ENDPOINT);
  const host = `${OSS_BUCKET}.oss-${OSS_REGION}.aliyuncs.com`;
  const request = http.get({ host: endpoint.hostname, port: endpoint.port, path: url.pathname + url.search, headers: { host } });
  const [response] = await once(request, 'response');
  const chunks = await response.toArray();
  return Buffer.concat(chunks).toString();
}

for (const [version, options] of [['V1', {}], ['V4', { authorizationV4: true }]]) {
  const oss = client(options);
  oss.interopOptions = options;
  await checks(version, oss);
}
process.exit(0);
