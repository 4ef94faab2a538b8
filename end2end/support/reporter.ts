import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Colours of a terminal. */
const PAINT = /\u001b\[[0-9;]*m/g;
/** Most characters of an error that are said again. */
const MOST = 500;

/** Says at the very end what failed and why, where a long log may be cut. */
export default class LastWords implements Reporter {
  private readonly words: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus) return;
    this.words.push(`FAILED ${test.titlePath().filter(Boolean).join(' › ')}`);
    for (const { message } of result.errors) {
      const lines = (message ?? '').replace(PAINT, '').split('\n').map((line) => line.trim());
      this.words.push(`  ${lines.filter(Boolean).join(' | ').slice(0, MOST)}`);
    }
  }

  onEnd(_: FullResult): void {
    if (this.words.length > 0) console.log(`\n${this.words.join('\n')}`);
  }
}
