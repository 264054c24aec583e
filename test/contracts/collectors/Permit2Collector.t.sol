// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {AccountingV2} from "../../../contracts/escrow/AccountingV2.sol";
import {IPermit2Collector} from "../../../contracts/collectors/IPermit2Collector.sol";
import {ISignatureTransfer} from "../../../contracts/collectors/ISignatureTransfer.sol";
import {Permit2Collector} from "../../../contracts/collectors/Permit2Collector.sol";
import {CallingToken, FeeToken, OpenToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {IPermit2, PERMIT2, Permit2Code} from "../support/Permit2.sol";
import {vm} from "../support/Vm.sol";

/*
Permit2Collector

constructor
├── accounting zero: Permit2CollectorZeroAddress
└── otherwise: token is AccountingV2's
depositWithPermit2
├── another client, AccountingV2, token, amount, nonce, deadline or payer than signed, or another spender: InvalidSigner
├── sent twice, also from within the token: InvalidNonce
├── after the deadline: SignatureExpired
├── nothing, or for nobody: AccountingV2 refuses, and the nonce stays unused
├── less arrives than was sent: reverts, also where others' tokens lie here
├── no Permit2 on this chain: reverts
└── otherwise: deposited for the client, by anyone
witnessOf
└── another one for each client and AccountingV2
*/
contract Permit2CollectorTest is MarketTest {
    bytes32 private constant TRANSFER_TYPEHASH = keccak256(
        "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,LloomDeposit witness)LloomDeposit(address accounting,address client)TokenPermissions(address token,uint256 amount)"
    );
    string private constant WITNESS_TYPE =
        "LloomDeposit witness)LloomDeposit(address accounting,address client)TokenPermissions(address token,uint256 amount)";

    /// What the client signs.
    struct Signed {
        address token;
        uint256 amount;
        address spender;
        uint256 nonce;
        uint256 deadline;
        address accounting;
        address client;
    }

    Permit2Collector private _collector;

    function setUp() public override {
        super.setUp();
        Permit2Code.place();
        _collector = deployCollector(address(accounting));
        token.mint(client, 100e6);
        approvePermit2(address(token), client);
    }

    function test_TheConstructorTakesAccountingsToken() public {
        assertEq(_collector.accounting(), address(accounting), "accounting");
        assertEq(_collector.paymentToken(), address(token), "token");
        vm.expectRevert(IPermit2Collector.Permit2CollectorZeroAddress.selector);
        this.deployCollector(address(0));
        AccountingV2 other = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        bytes32 elsewhere = deployCollector(address(other)).witnessOf(client);
        assertTrue(_collector.witnessOf(client) != elsewhere, "by AccountingV2");
        assertTrue(_collector.witnessOf(client) != _collector.witnessOf(stranger), "by client");
    }

    /// A stranger that sends it first does its payer a favour; nobody sends it twice.
    function test_AnyoneSendsADepositThatItsPayerSignedOnce() public {
        IPermit2Collector.Payment memory payment = sign(wish());
        vm.prank(stranger);
        _collector.depositWithPermit2(client, payment);
        assertArrived(client, 60e6);
        vm.expectRevert(IPermit2.InvalidNonce.selector);
        _collector.depositWithPermit2(client, payment);
        // Nor with another signature over the same nonce.
        payment = sign(wish());
        vm.expectRevert(IPermit2.InvalidNonce.selector);
        _collector.depositWithPermit2(client, payment);
    }

    function test_APayerDepositsForSomebodyElse() public {
        Signed memory signed = wish();
        signed.client = executor;
        _collector.depositWithPermit2(executor, sign(signed));
        assertArrived(executor, 60e6);
    }

    function test_Attack_WhoeverSeesASignatureCannotDepositItToAnotherAccount() public {
        IPermit2Collector.Payment memory payment = sign(wish());
        vm.startPrank(stranger);
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        _collector.depositWithPermit2(stranger, payment);
        payment.payer = stranger;
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        _collector.depositWithPermit2(client, payment);
        vm.stopPrank();
        assertEq(token.balanceOf(client), 100e6, "nothing is paid");
    }

    /// The spender is signed too, so that nobody takes the tokens from Permit2 itself.
    function test_Attack_NobodyElseSpendsTheSignature() public {
        IPermit2Collector.Payment memory payment = sign(wish());
        bytes32 witness = _collector.witnessOf(client);
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        vm.prank(stranger);
        PERMIT2.permitWitnessTransferFrom(
            ISignatureTransfer.PermitTransferFrom(ISignatureTransfer.TokenPermissions(address(token), 60e6), 7, START),
            ISignatureTransfer.SignatureTransferDetails(stranger, 60e6),
            client,
            witness,
            WITNESS_TYPE,
            payment.signature
        );
        AccountingV2 other = deployAccounting(address(token), address(registry), UNLOCK_DELAY);
        Permit2Collector elsewhere = deployCollector(address(other));
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        elsewhere.depositWithPermit2(client, payment);
    }

    function test_Attack_WhatWasSignedCannotBeAltered() public {
        for (uint256 field = 0; field < 3; ++field) {
            IPermit2Collector.Payment memory payment = sign(wish());
            if (field == 0) payment.amount = 61e6;
            else if (field == 1) payment.nonce = 8;
            else payment.deadline = START + 1;
            vm.expectRevert(IPermit2.InvalidSigner.selector);
            _collector.depositWithPermit2(client, payment);
        }
    }

    function test_Attack_AnotherTokenOrAccountingWasSigned() public {
        Signed memory signed = wish();
        signed.token = address(new FeeToken());
        refuses(signed);
        signed = wish();
        signed.accounting = stranger;
        refuses(signed);
        signed = wish();
        signed.spender = stranger;
        refuses(signed);
    }

    function test_TheDeadlineIsTheLastSecond() public {
        IPermit2Collector.Payment memory payment = sign(wish());
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IPermit2.SignatureExpired.selector, START));
        _collector.depositWithPermit2(client, payment);
        vm.warp(START);
        _collector.depositWithPermit2(client, payment);
        assertArrived(client, 60e6);
    }

    /// What AccountingV2 refuses uses no nonce.
    function test_ADepositOfNothingOrForNobodyIsRefused() public {
        Signed memory signed = wish();
        signed.amount = 0;
        IPermit2Collector.Payment memory payment = sign(signed);
        vm.expectRevert(IAccountingV2.AccountingZeroAmount.selector);
        _collector.depositWithPermit2(client, payment);
        signed = wish();
        signed.client = address(0);
        payment = sign(signed);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        _collector.depositWithPermit2(address(0), payment);
        _collector.depositWithPermit2(client, sign(wish()));
        assertArrived(client, 60e6);
    }

    function test_OnAChainWithoutPermit2NothingIsDeposited() public {
        IPermit2Collector.Payment memory payment = sign(wish());
        vm.etch(address(PERMIT2), "");
        vm.expectRevert(bytes(""));
        _collector.depositWithPermit2(client, payment);
    }

    /// A token that sends the same deposit again while it moves: the nonce is used by then.
    function test_Attack_ATokenThatCallsBackDepositsNoTwice() public {
        CallingToken calling = new CallingToken();
        Signed memory signed = wishOn(calling);
        IPermit2Collector.Payment memory payment = sign(signed);
        bytes memory again = abi.encodeCall(IPermit2Collector.depositWithPermit2, (client, payment));
        calling.arm(signed.spender, again);
        // Permit2's transfer says no more than that it failed.
        vm.expectRevert(bytes("TRANSFER_FROM_FAILED"));
        Permit2Collector(signed.spender).depositWithPermit2(client, payment);
        calling.arm(address(0), "");
        // Another deposit within the first arrives as well, and each for whom its payer said.
        signed.nonce = 8;
        (signed.client, signed.amount) = (executor, 5e6);
        again = abi.encodeCall(IPermit2Collector.depositWithPermit2, (executor, sign(signed)));
        calling.arm(signed.spender, again);
        Permit2Collector(signed.spender).depositWithPermit2(client, payment);
        assertEq(AccountingV2(signed.accounting).balanceOf(client), 60e6, "the first");
        assertEq(AccountingV2(signed.accounting).balanceOf(executor), 5e6, "the second");
        assertEq(calling.balanceOf(signed.spender), 0, "nothing stays");
        assertEq(calling.balanceOf(client), 35e6, "paid once each");
    }

    function test_Attack_ATokenThatKeepsAFeeIsRefused() public {
        Signed memory signed = wishOn(new FeeToken());
        IPermit2Collector.Payment memory payment = sign(signed);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        Permit2Collector(signed.spender).depositWithPermit2(client, payment);
        // Tokens that somebody sent here by mistake make up for none of it.
        OpenToken(signed.token).mint(signed.spender, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingTokenShortfall.selector, 60e6, 60e6 - 1));
        Permit2Collector(signed.spender).depositWithPermit2(client, payment);
    }

    /// Any payments, by anyone: each arrives where its payer said, and the collector keeps nothing.
    function testFuzz_EveryDepositArrivesWhereItsPayerSaid(address beneficiary, uint256 amount, uint256 nonce) public {
        if (beneficiary == address(0)) return;
        Signed memory signed = wish();
        (signed.client, signed.amount, signed.nonce) = (beneficiary, bound(amount, 1, 100e6), nonce);
        vm.prank(stranger);
        _collector.depositWithPermit2(beneficiary, sign(signed));
        assertArrived(beneficiary, signed.amount);
    }

    /* SUPPORT */

    function deployCollector(address accounting_) public returns (Permit2Collector) {
        return Permit2Collector(deploy("Permit2Collector.sol:Permit2Collector", abi.encode(accounting_)));
    }

    /// 60 tUSD of the client, for itself.
    function wish() private view returns (Signed memory) {
        return Signed(address(token), 60e6, address(_collector), 7, START, address(accounting), client);
    }

    /// The same on a deployment with another token, of which the client has 100.
    function wishOn(OpenToken other) private returns (Signed memory signed) {
        AccountingV2 its = deployAccounting(address(other), address(openRegistry(address(other))), UNLOCK_DELAY);
        signed = wish();
        (signed.token, signed.accounting) = (address(other), address(its));
        signed.spender = address(deployCollector(address(its)));
        other.mint(client, 100e6);
        approvePermit2(address(other), client);
    }

    function approvePermit2(address token_, address owner) private {
        vm.prank(owner);
        IERC20(token_).approve(address(PERMIT2), type(uint256).max);
    }

    /// By the client.
    function sign(Signed memory signed) private view returns (IPermit2Collector.Payment memory) {
        bytes32 witness = keccak256(
            abi.encode(keccak256("LloomDeposit(address accounting,address client)"), signed.accounting, signed.client)
        );
        bytes32 permitted = keccak256(
            abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), signed.token, signed.amount)
        );
        bytes32 structHash = keccak256(
            abi.encode(TRANSFER_TYPEHASH, permitted, signed.spender, signed.nonce, signed.deadline, witness)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CLIENT_KEY, ofPermit2(structHash));
        bytes memory signature = abi.encodePacked(r, s, v);
        return IPermit2Collector.Payment(client, signed.amount, signed.nonce, signed.deadline, signature);
    }

    /// The domain is written out, so that it holds for the canonical address and not for whatever the code says.
    function ofPermit2(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256("Permit2"),
                block.chainid,
                address(PERMIT2)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function refuses(Signed memory signed) private {
        IPermit2Collector.Payment memory payment = sign(signed);
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        _collector.depositWithPermit2(client, payment);
    }

    function assertArrived(address account, uint256 amount) private view {
        assertEq(accounting.balanceOf(account), amount, "deposited");
        assertEq(token.balanceOf(client), 100e6 - amount, "paid");
        assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
    }
}
