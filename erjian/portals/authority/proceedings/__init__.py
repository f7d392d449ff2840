"""依职权办理 for officers: who keeps the register proposes, tells and hears; who decides decides."""
