"""Is this the person? Real-name verification (个人实名认证, manual chapter 2).

A *verification* is one person's way: name, number and mobile, the code by SMS, the separate consent to face data, the
ID card, the face; it can be left and taken up again at every step. Looking into the camera is an *attempt*: gestures
that the server drew, a nonce that serves once within policy's seconds, frames that the server judges alone. Who does
not want that, or fails, goes to the *counter* instead, where an officer looks at card and person; both ways are of
equal rank (《个人信息保护法》第二十九条: biometric data need a separate consent; 《人脸识别技术应用安全管理办法》: the
face may not be the only way).

Until the code is right nothing is looked up, so nobody learns who holds a qualification. Pictures of a face rest
encrypted under a key of their attempt; forgetting the key is their deletion. What a provider can and cannot prove
stands beside it as the level of assurance, and policy decides which level a procedure needs.
"""
