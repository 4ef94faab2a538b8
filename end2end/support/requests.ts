/** The product's own forms and endpoints, used without a screen by tests that are not about them. */

import { expect } from '@playwright/test';
import type { LetterFile } from './letters';
import type { Visitor } from './visitor';

/** Posts a form as a browser without script does. Returns the path of the redirect, and fails if there is none. */
export async function post(
  visitor: Visitor,
  path: string,
  fields: Record<string, string> | [string, string][],
  letter?: LetterFile,
): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) form.append(name, value);
  if (letter) form.append('letter', new File([letter.buffer], letter.name, { type: letter.mimeType }));
  const body = letter ? { multipart: form } : { form };
  const answer = await visitor.context.request.post(path, { ...body, headers: { origin: visitor.base }, maxRedirects: 0 });
  expect(answer.status(), `POST ${path}: ${answer.status() === 303 ? '' : await answer.text()}`).toBe(303);
  return answer.headers()['location'];
}

/** The hidden fields of the forms of a page, by name. */
export async function hiddenFields(visitor: Visitor, path: string): Promise<Record<string, string>> {
  const page = await (await visitor.context.request.get(path)).text();
  const inputs = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, value]));
}

/** The id of the option that a picker finds under exactly this name. */
export async function pick(visitor: Visitor, picker: string, params: Record<string, string>, name: string): Promise<string> {
  const answer = await visitor.context.request.get(`/api/${picker}`, { params });
  const { options } = (await answer.json()) as { options: { id: string; name: string }[] };
  const found = options.find((option) => option.name === name);
  expect(found, `${picker} must offer ${name}`).toBeDefined();
  return found!.id;
}
