// Files and archives in the browser: whatever was chosen becomes one tar archive.
const BLOCK = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function inflate(blob, format) {
  const stream = blob.stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function zipEntries(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error("zip");
  const entries = [];
  let place = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(place + offset, true));
    const start = view.getUint32(place + 42, true);
    entries.push({
      name: decoder.decode(bytes.subarray(place + 46, place + 46 + nameLength)),
      method: view.getUint16(place + 10, true), size: view.getUint32(place + 20, true),
      // The local header may have other extra fields than the directory at the end.
      content: start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true),
    });
    place += 46 + nameLength + extra + comment;
  }
  return entries;
}

async function unzip(bytes) {
  const files = [];
  for (const entry of zipEntries(bytes)) {
    if (entry.name.endsWith("/")) continue;
    const packed = bytes.subarray(entry.content, entry.content + entry.size);
    if (entry.method !== 0 && entry.method !== 8) throw new Error(entry.name);
    files.push({ name: entry.name, bytes: entry.method === 8 ? await inflate(new Blob([packed]), "deflate-raw") : packed });
  }
  return files;
}

function untar(bytes) {
  const files = [];
  let longName = null;
  for (let place = 0; place + BLOCK <= bytes.length && bytes[place] !== 0;) {
    const field = (offset, length) => decoder.decode(bytes.subarray(place + offset, place + offset + length)).split("\0")[0];
    const size = parseInt(field(124, 12).trim(), 8);
    if (Number.isNaN(size)) throw new Error("tar");
    const content = bytes.subarray(place + BLOCK, place + BLOCK + size);
    const type = field(156, 1);
    if (type === "x") longName = /\d+ path=(.*)\n/.exec(decoder.decode(content))?.[1] ?? longName;
    else if (type === "L") longName = decoder.decode(content).split("\0")[0];
    else {
      if (type === "0" || type === "") {
        const prefix = field(345, 155);
        files.push({ name: longName ?? (prefix ? `${prefix}/${field(0, 100)}` : field(0, 100)), bytes: content });
      }
      longName = null;
    }
    place += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

// The files of what was chosen: single files, folders, zip, tar and gzipped tar, as [{name, bytes}].
export async function unpack(chosen) {
  const files = [];
  for (const file of chosen) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      if (/\.zip$/i.test(file.name)) files.push(...(await unzip(bytes)));
      else if (/\.(tgz|tar\.gz)$/i.test(file.name)) files.push(...untar(await inflate(file, "gzip")));
      else if (/\.tar$/i.test(file.name)) files.push(...untar(bytes));
      else files.push({ name: file.webkitRelativePath || file.name, bytes });
    } catch {
      throw new Error(file.name);
    }
  }
  return files;
}

// One tar archive of the files.
export function pack(files) {
  const parts = [];
  for (const { name, bytes } of files) {
    const header = new Uint8Array(BLOCK);
    const put = (words, place) => header.set(encoder.encode(words), place);
    const path = encoder.encode(name);
    if (path.length > 100) throw new Error(name);
    header.set(path, 0);
    put("0000644", 100);
    put("0000000", 108);
    put("0000000", 116);
    put(bytes.length.toString(8).padStart(11, "0"), 124);
    put("00000000000", 136);
    put("        ", 148);
    put("0", 156);
    put("ustar", 257);
    put("00", 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    parts.push(header, bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: "application/x-tar" });
}
