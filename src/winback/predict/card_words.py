"""What a model card says in Chinese; the English text is its key."""

from __future__ import annotations

CHINESE = {
    "Model card": "模型卡",
    "version {version}, trained on what was known at the start of {day}": (
        "版本 {version}，训练所用数据截至 {day}（不含当日）"
    ),
    "Left: no {kinds} for more than {days} days, within {horizon} days of the date.": (
        "流失：在时点之后 {horizon} 天内，出现超过 {days} 天没有{kinds}。"
    ),
    " or ": "或",
    "visit": "登录",
    "purchase": "购买",
    "redemption": "赎回",
    "balance": "余额变动",
    "fault": "故障",
    "touch": "触达",
    "claim": "核销",
    "register": "注册",
    "customer": "客户",
    "It beats every rival in both AUC and log loss.": "它在 AUC 和对数损失两方面都优于所有对手。",
    "It does not beat {rivals} in both AUC and log loss, so it is not promoted unless a person says so.": (
        "它没有在 AUC 和对数损失两方面都胜过{rivals}，因此除非有人决定，否则不会启用。"
    ),
    "What accuracy means here": "准确率在这里意味着什么",
    "Of 1,000 customers, {left} leave within {days} days. Who says that nobody leaves is right "
    "about {stay} of them: accuracy {lazy}.": (
        "每 1,000 位客户中，{left} 位在 {days} 天内流失。"
        "谁断言“无人流失”，谁就对了其中 {stay} 位：准确率 {lazy}。"
    ),
    "So “98 % accurate” is less than saying nothing at all.": "所以“准确率 98%”还不如什么都不说。",
    "“98 % accurate” allows 20 wrong answers in 1,000: at least {found} of the {left} who leave must "
    "be found, without one false alarm.": (
        "“准确率 98%”只允许 1,000 个回答中错 20 个：{left} 位流失客户至少要找出 {found} 位，且没有一次误报。"
    ),
    "This model is right about {accuracy} at a limit of 50 %. What counts is the next line.": (
        "以 50% 为界，本模型的准确率为 {accuracy}。真正重要的是下一句。"
    ),
    "Of the {capacity} riskiest customers of a date, {precision} leave; that is {recall} of all who "
    "leave. Chosen blindly it would be {base}.": (
        "每个时点风险最高的 {capacity} 位客户中，{precision} 会流失；占全部流失客户的 {recall}。"
        "盲选则为 {base}。"
    ),
    "Scores on the test rows": "测试数据上的得分",
    "score": "指标",
    "value": "数值",
    "95 % interval": "95% 区间",
    "meaning": "含义",
    "base rate": "基准率",
    "accuracy": "准确率",
    "AUC": "AUC",
    "average precision": "平均精确率",
    "log loss": "对数损失",
    "Brier score": "Brier 得分",
    "calibration error": "校准误差",
    "precision at capacity": "精确率（人力所及）",
    "recall at capacity": "召回率（人力所及）",
    "how many leave": "流失客户的占比",
    "right answers at a limit of 50 %": "以 50% 为界时答对的比例",
    "chance that one who leaves is ranked above one who stays": "流失者排在留存者之前的概率",
    "mean precision over all limits": "各界限下精确率的平均",
    "mean surprise in nats; less is better": "平均意外程度（纳特），越小越好",
    "mean squared error of the probability; less is better": "概率的均方误差，越小越好",
    "mean gap between what is said and what happens": "所说概率与实际之间的平均差距",
    "of the {capacity} riskiest of a date, how many leave": "每个时点风险最高的 {capacity} 位中流失的比例",
    "of all who leave, how many are among them": "全部流失客户中在其内的比例",
    "Customers seen and unseen in training": "训练中见过与未见过的客户",
    "seen": "见过",
    "unseen": "未见过",
    "group": "分组",
    "rows": "行数",
    "left": "流失",
    "What was said, and what happened": "所说概率与实际",
    "said": "所说概率",
    "happened": "实际比例",
    "from": "自",
    "to": "至",
    "Lift by tenth": "按十分位的提升",
    "tenth": "十分位",
    "lift": "提升倍数",
    "caught so far": "累计找出",
    "Beside simple rivals, on the same rows": "与简单对手比较（相同数据）",
    "rival": "对手",
    "says": "说明",
    "model": "本模型",
    "AUC ahead": "AUC 领先",
    "log loss ahead": "对数损失领先",
    "Ahead means better: above 0, this model is the better one, in AUC and in log loss alike.": (
        "领先大于 0 表示本模型更好，AUC 与对数损失都是如此。"
    ),
    "base_rate": "基准率",
    "last_visit": "距最近一次登录",
    "best_recency": "最佳近度规则",
    "threshold_rule": "阈值规则",
    "logistic": "逻辑回归",
    "bgnbd": "BG/NBD 期望次数",
    "{feature} above {more_than:g}": "{feature} 大于 {more_than:g}",
    "away over {away_days:g} days and holding under {hold_below}": (
        "超过 {away_days:g} 天未来且余额低于 {hold_below}"
    ),
    "{features:g} features": "{features:g} 个特征",
    "always {rate:.1%}": "恒为 {rate:.1%}",
    "By phase": "按时期",
    "By channel": "按渠道",
    "novice": "新手期",
    "growth": "成长期",
    "mature": "成熟期",
    "(not known)": "（未知）",
    "How much of that is chance": "其中多少是偶然",
    "Too few rows to tell.": "数据太少，无从判断。",
    "The calibration error is {error}. Probabilities true to the letter would show {chance} here "
    "({low} to {high}) by chance alone; beyond chance it is {beyond} (root mean square).": (
        "校准误差为 {error}。即使概率分毫不差，仅因偶然也会显出 {chance}（{low} 至 {high}）；"
        "扣除偶然后为 {beyond}（均方根）。"
    ),
    "Warnings that are nearly sure": "几乎确定的预警",
    "No limit on the calibration rows keeps such a promise.": "校准数据上没有任何界限能守住这样的承诺。",
    "From a probability of {limit} on, {wanted} of those warned of left on the calibration rows. On the "
    "test rows that limit warns of {warned}; {precision} of them left ({spread}), which is {recall} of "
    "all who left. The best limit in hindsight would have found {hindsight}.": (
        "在校准数据上，概率不低于 {limit} 的客户有 {wanted} 以上流失。"
        "用同一界限，测试数据上预警 {warned} 位，其中 {precision} 流失（{spread}），"
        "占全部流失客户的 {recall}。"
        "事后看最好的界限能找出 {hindsight}。"
    ),
    "Cold customers: registered at most 30 days ago, at most two purchases": (
        "冷启动客户：注册不超过 30 天，购买不超过两次"
    ),
    "cold": "冷启动",
    "others": "其他",
    "cold · novice": "冷启动 · 新手期",
    "cold · growth": "冷启动 · 成长期",
    "cold · mature": "冷启动 · 成熟期",
    "Lead time": "提前量",
    "Of the right warnings within capacity ({customers}): churn came {low} to {high} days later (half of "
    "them within {middle}); the last sign of life was {last_low} to {last_high} days from the warning "
    "(below 0: before it). 10 % and 90 % are the ends.": (
        "在人力所及的正确预警中（{customers} 位）：{low} 至 {high} 天后流失（半数在 {middle} 天以内）；"
        "最后一次活跃距预警 {last_low} 至 {last_high} 天（小于 0 表示在预警之前）。两端为 10% 与 90%。"
    ),
    "No right warning within capacity.": "人力所及的预警中没有正确的。",
    "Drift from training to test": "从训练到测试的漂移",
    "Below 0.1 little has moved; above 0.25 much has.": "低于 0.1 变化很小；高于 0.25 变化很大。",
    "{count} features have moved much, {grow} of them by time alone: what counts a whole life goes "
    "on growing, which is no fault. Of the others, look whether a source, the calendar (month ends, "
    "seasons) or the business has changed.": (
        "{count} 个特征变化很大，其中 {grow} 个只是随时间增长：累计一生的指标会一直增长，不是问题。"
        "其余的请查看数据源、日历（月末、季节）或业务是否有变。"
    ),
    "The score itself has moved much: train anew before it is trusted.": (
        "得分本身变化很大：请先重新训练再采信。"
    ),
    "The score itself has hardly moved, so the model still speaks of people like these.": (
        "得分本身几乎没变，模型所说的仍是同样的客户。"
    ),
    "note": "备注",
    "grows by time alone": "只随时间增长",
    "feature": "特征",
    "stability index": "稳定性指数",
    "(the score itself)": "（得分本身）",
    "What the scores hang on": "得分取决于什么",
    "share of all contributions": "占全部贡献",
    "recency": "多久没来",
    "count": "次数",
    "amount": "金额",
    "tenure": "注册时长",
    "channel": "渠道",
    "product_kinds": "产品类型",
    "What it was made from": "由何而来",
    "use": "用途",
    "train": "训练",
    "calibrate": "校准",
    "test": "测试",
    "dates": "时点",
    "customers": "客户数",
    "{trees} trees over {features} features, calibrated by {calibration}. {embargoed} dates between the "
    "folds were left out, because their outcome reaches into the next fold.": (
        "{trees} 棵树，{features} 个特征，以{calibration}校准。"
        "各组之间有 {embargoed} 个时点因结果期伸入下一组而不用。"
    ),
    "Then as many trees were learnt anew from all {rows} rows whose own outcome was known before the "
    "test (dates to {last}); the calibration stayed.": (
        "然后用测试前结果已定的全部 {rows} 行（时点至 {last}）重新训练同样多的树；校准不变。"
    ),
    "Tuned by {trials} trials on the training rows: log loss {before} to {after} there.": (
        "在训练数据上试了 {trials} 组参数：其对数损失由 {before} 降至 {after}。"
    ),
    " ": "",
    "platt": "Platt 法",
    "isotonic": "保序回归",
}
