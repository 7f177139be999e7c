// A reporter of mocha that writes down what mocha reports, beside the reporter that is looked at.
const fs = require("fs");
const Mocha = require("mocha");

module.exports = class {
  constructor(runner, options) {
    const name = process.env.ORACLE_REPORTER;
    const Looked = Mocha.reporters[name] || require(name);
    this.looked = new Looked(runner, options);
    const seen = { tests: [], hooks: 0 };
    const add = (outcome) => (test) => {
      if (test.type === "hook") seen.hooks += 1;
      else seen.tests.push({ file: test.file, path: test.titlePath(), outcome });
    };
    runner.on("pass", add("passed"));
    runner.on("fail", add("failed"));
    runner.on("pending", add("skipped"));
    runner.on("end", () => fs.writeFileSync(process.env.ORACLE, JSON.stringify(seen)));
  }
  done(failures, exit) {
    return this.looked.done ? this.looked.done(failures, exit) : exit(failures);
  }
};
